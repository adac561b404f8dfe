using SqlStream.Core.Rows;

namespace SqlStream.Core.Connect;

/// <summary>Which kinds of rows a stream carries.</summary>
/// <param name="HasUpdateBefore">-U rows come before their +U.</param>
/// <param name="HasUpdateAfter">+U rows come.</param>
/// <param name="HasDelete">-D rows come.</param>
public sealed record ChangelogMode(bool HasUpdateBefore, bool HasUpdateAfter, bool HasDelete)
{
    /// <summary>I: rows are only added.</summary>
    public static ChangelogMode AppendOnly { get; } = new(false, false, false);

    /// <summary>I,UB,UA,D: every change says what it takes away.</summary>
    public static ChangelogMode Retract { get; } = new(true, true, true);

    /// <summary>I,UA,D: changes are told apart by a key; an update does not say what it replaces.</summary>
    public static ChangelogMode Upsert { get; } = new(false, true, true);

    /// <summary>True if rows are only added.</summary>
    public bool IsAppendOnly => !HasUpdateBefore && !HasUpdateAfter && !HasDelete;

    /// <summary>True if updates come without the row they replace.</summary>
    public bool IsUpsert => HasUpdateAfter && !HasUpdateBefore;

    /// <summary>True if the kind may come.</summary>
    public bool Contains(RowKind kind) => kind switch
    {
        RowKind.Insert => true,
        RowKind.UpdateBefore => HasUpdateBefore,
        RowKind.UpdateAfter => HasUpdateAfter,
        _ => HasDelete,
    };

    /// <summary><c>append-only</c>, <c>retract</c>, <c>upsert</c>, or the list of kinds.</summary>
    public override string ToString()
    {
        if (IsAppendOnly)
            return "append-only";
        if (this == Retract)
            return "retract";
        if (this == Upsert)
            return "upsert";
        return "I" + (HasUpdateBefore ? ",UB" : "") + (HasUpdateAfter ? ",UA" : "") + (HasDelete ? ",D" : "");
    }
}
