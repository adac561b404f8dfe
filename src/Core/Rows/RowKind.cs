namespace SqlStream.Core.Rows;

/// <summary>What a row does to the table that its stream describes.</summary>
public enum RowKind : byte
{
    /// <summary>+I: the row is new.</summary>
    Insert = 0,

    /// <summary>-U: the row that the next +U of its key replaces.</summary>
    UpdateBefore = 1,

    /// <summary>+U: the row as it is from now on.</summary>
    UpdateAfter = 2,

    /// <summary>-D: the row is gone.</summary>
    Delete = 3,
}

/// <summary>What can be asked of a <see cref="RowKind"/>.</summary>
public static class RowKinds
{
    /// <summary>True for -U and -D, which take a row away.</summary>
    public static bool IsRetraction(this RowKind kind) => kind is RowKind.UpdateBefore or RowKind.Delete;

    /// <summary>+1 for a row that is added, -1 for one that is taken away.</summary>
    public static int Sign(this RowKind kind) => kind is RowKind.UpdateBefore or RowKind.Delete ? -1 : 1;

    /// <summary>The two characters that name the kind: +I, -U, +U, -D.</summary>
    public static string Symbol(this RowKind kind) => kind switch
    {
        RowKind.Insert => "+I",
        RowKind.UpdateBefore => "-U",
        RowKind.UpdateAfter => "+U",
        _ => "-D",
    };
}
