using System.Numerics;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Kernels;

/// <summary>Comparisons, which write 64 answers at a time.</summary>
static class ComparisonKernels
{
    /// <summary>Compares fixed-width values.</summary>
    public static Column Fixed<T, TOp>(EvaluationContext context, ReadOnlySpan<Column> arguments, SqlType type)
        where T : unmanaged, IComparisonOperators<T, T, bool> where TOp : struct, IComparison
    {
        if (Lanes.AnyConstantNull(arguments))
            return Lanes.Null(context, type);
        var left = (FixedColumn<T>)arguments[0];
        var right = (FixedColumn<T>)arguments[1];
        var isConstant = left.IsConstant && right.IsConstant;
        var stored = isConstant ? 1 : context.Rows;
        var buffer = Lanes.Rent<ulong>(context.Pool, Bitmap.Words(stored), out var words);
        switch (left.IsConstant, right.IsConstant)
        {
            case (true, true): words[0] = TOp.Test(left.Values[0], right.Values[0]) ? 1UL : 0; break;
            case (false, true): LeftVaries<T, TOp>(left.Values, right.Values[0], words); break;
            case (true, false): RightVaries<T, TOp>(left.Values[0], right.Values, words); break;
            default: BothVary<T, TOp>(left.Values, right.Values, words); break;
        }
        return new BoolColumn(type, context.Rows, buffer, Lanes.Validity(context, arguments), context.Pool, isConstant);
    }

    /// <summary>Compares byte strings by their bytes, which for UTF-8 is the order of code points: the operation sees
    /// the sign of the
    /// difference and zero.</summary>
    public static Column Text<TOp>(EvaluationContext context, ReadOnlySpan<Column> arguments, SqlType type)
        where TOp : struct, IComparison =>
        LaneKernels.RunBool(context, arguments, type, new TextComparison<TOp>(arguments));

    /// <summary>Tests byte strings for equality: the length decides first.</summary>
    public static Column TextEquality(EvaluationContext context, ReadOnlySpan<Column> arguments, SqlType type, bool equal) =>
        LaneKernels.RunBool(context, arguments, type, new TextEqual(arguments, equal));

    /// <summary>Tests nested values for equality.</summary>
    public static Column NestedEquality(EvaluationContext context, ReadOnlySpan<Column> arguments, SqlType type, bool equal) =>
        LaneKernels.RunBool(context, arguments, type, new NestedEqual(arguments, equal));

    /// <summary>Compares BOOLEAN words: FALSE is less than TRUE.</summary>
    public static Column Bool<TOp>(EvaluationContext context, ReadOnlySpan<Column> arguments, SqlType type)
        where TOp : struct, IComparison
    {
        if (Lanes.AnyConstantNull(arguments))
            return Lanes.Null(context, type);
        var left = (BoolColumn)arguments[0];
        var right = (BoolColumn)arguments[1];
        var isConstant = left.IsConstant && right.IsConstant;
        var buffer = Lanes.Rent<ulong>(context.Pool, Bitmap.Words(isConstant ? 1 : context.Rows), out var words);
        for (var w = 0; w < words.Length; w++)
            words[w] = TOp.Test(BoolKernels.Word(left, w), BoolKernels.Word(right, w));
        return new BoolColumn(type, context.Rows, buffer, Lanes.Validity(context, arguments), context.Pool, isConstant);
    }

    static void BothVary<T, TOp>(ReadOnlySpan<T> left, ReadOnlySpan<T> right, Span<ulong> words)
        where T : IComparisonOperators<T, T, bool> where TOp : struct, IComparison
    {
        for (var w = 0; w < words.Length; w++)
        {
            var start = w << 6;
            var count = Math.Min(64, left.Length - start);
            var a = left.Slice(start, count);
            var b = right.Slice(start, count);
            ulong word = 0;
            for (var i = 0; i < a.Length; i++)
                word |= (TOp.Test(a[i], b[i]) ? 1UL : 0) << i;
            words[w] = word;
        }
    }

    static void LeftVaries<T, TOp>(ReadOnlySpan<T> left, T right, Span<ulong> words)
        where T : IComparisonOperators<T, T, bool> where TOp : struct, IComparison
    {
        for (var w = 0; w < words.Length; w++)
        {
            var start = w << 6;
            var a = left.Slice(start, Math.Min(64, left.Length - start));
            ulong word = 0;
            for (var i = 0; i < a.Length; i++)
                word |= (TOp.Test(a[i], right) ? 1UL : 0) << i;
            words[w] = word;
        }
    }

    static void RightVaries<T, TOp>(T left, ReadOnlySpan<T> right, Span<ulong> words)
        where T : IComparisonOperators<T, T, bool> where TOp : struct, IComparison
    {
        for (var w = 0; w < words.Length; w++)
        {
            var start = w << 6;
            var b = right.Slice(start, Math.Min(64, right.Length - start));
            ulong word = 0;
            for (var i = 0; i < b.Length; i++)
                word |= (TOp.Test(left, b[i]) ? 1UL : 0) << i;
            words[w] = word;
        }
    }

    readonly ref struct TextComparison<TOp>(ReadOnlySpan<Column> arguments) : ILane<bool>
        where TOp : struct, IComparison
    {
        readonly BytesReader _left = new(arguments[0]);
        readonly BytesReader _right = new(arguments[1]);

        public bool TryCompute(int row, out bool result)
        {
            result = TOp.Test(_left[row].SequenceCompareTo(_right[row]), 0);
            return true;
        }

        public SqlException? Error(int row) => null;
    }

    readonly ref struct TextEqual(ReadOnlySpan<Column> arguments, bool equal) : ILane<bool>
    {
        readonly BytesReader _left = new(arguments[0]);
        readonly BytesReader _right = new(arguments[1]);
        readonly bool _equal = equal;

        public bool TryCompute(int row, out bool result)
        {
            result = _left[row].SequenceEqual(_right[row]) == _equal;
            return true;
        }

        public SqlException? Error(int row) => null;
    }

    readonly ref struct NestedEqual(ReadOnlySpan<Column> arguments, bool equal) : ILane<bool>
    {
        readonly Column _left = arguments[0];
        readonly Column _right = arguments[1];
        readonly bool _equal = equal;

        public bool TryCompute(int row, out bool result)
        {
            result = ColumnValues.AreEqual(_left, row, _right, row) == _equal;
            return true;
        }

        public SqlException? Error(int row) => null;
    }
}
