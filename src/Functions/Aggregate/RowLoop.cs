using System.Runtime.CompilerServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;

namespace SqlStream.Functions.Aggregate;

/// <summary>What an aggregate does with one row. A struct, so that the loop is compiled for it.</summary>
interface IRowStep
{
    /// <summary>Changes the accumulator by the argument's value in a stored row; <paramref name="sign"/> is 1 or
    /// -1.</summary>
    void Apply(ref byte accumulator, int row, int sign);
}

/// <summary>The loop over the rows of a batch, with the test of kinds, row numbers and NULL only where there are
/// any.</summary>
static class RowLoop
{
    /// <summary>Runs a step for each entry that belongs to a group and whose arguments are not NULL.</summary>
    public static void Run<TStep>(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments, TStep step)
        where TStep : struct, IRowStep, allows ref struct
    {
        if (!rows.Kinds.IsEmpty || AnyNulls(arguments))
            General(rows, stateOffset, arguments, step);
        else if (rows.Rows.IsEmpty)
            Dense(rows, stateOffset, step);
        else
            Selected(rows, stateOffset, step);
    }

    static void Dense<TStep>(AccumulatorRows rows, int stateOffset, TStep step)
        where TStep : struct, IRowStep, allows ref struct
    {
        var offsets = rows.Offsets;
        var memory = rows.Memory[stateOffset..];
        for (var i = 0; i < offsets.Length; i++)
        {
            var offset = offsets[i];
            if (offset >= 0)
                step.Apply(ref memory[offset], i, 1);
        }
    }

    static void Selected<TStep>(AccumulatorRows rows, int stateOffset, TStep step)
        where TStep : struct, IRowStep, allows ref struct
    {
        var offsets = rows.Offsets;
        var numbers = rows.Rows[..offsets.Length];
        var memory = rows.Memory[stateOffset..];
        for (var i = 0; i < offsets.Length; i++)
        {
            var offset = offsets[i];
            if (offset >= 0)
                step.Apply(ref memory[offset], numbers[i], 1);
        }
    }

    static void General<TStep>(AccumulatorRows rows, int stateOffset, ReadOnlySpan<Column> arguments, TStep step)
        where TStep : struct, IRowStep, allows ref struct
    {
        var offsets = rows.Offsets;
        var memory = rows.Memory[stateOffset..];
        for (var i = 0; i < offsets.Length; i++)
        {
            if (offsets[i] < 0)
                continue;
            var row = rows.Rows.IsEmpty ? i : rows.Rows[i];
            if (!IsAnyNull(arguments, row))
                step.Apply(ref memory[offsets[i]], row, Sign(rows.Kinds, row));
        }
    }

    /// <summary>True if an argument is NULL in the row.</summary>
    public static bool IsAnyNull(ReadOnlySpan<Column> arguments, int row)
    {
        foreach (var argument in arguments)
        {
            if (argument.IsNull(row))
                return true;
        }
        return false;
    }

    /// <summary>1 for a row that is added, -1 for one that is taken away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sign(RowKind kind) => kind is RowKind.UpdateBefore or RowKind.Delete ? -1 : 1;

    static int Sign(ReadOnlySpan<RowKind> kinds, int row) => kinds.IsEmpty ? 1 : Sign(kinds[row]);

    static bool AnyNulls(ReadOnlySpan<Column> arguments)
    {
        foreach (var argument in arguments)
        {
            if (argument.MayHaveNulls)
                return true;
        }
        return false;
    }
}
