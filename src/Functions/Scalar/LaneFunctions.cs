using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar;

/// <summary>How a function makes a string of the arguments of a row, none of which is NULL.</summary>
interface ITextComputation
{
    /// <summary>Appends one value, or appends nothing and returns false for NULL.</summary>
    static abstract bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output);
}

/// <summary>How a function makes a fixed-width value of the arguments of a row, none of which is NULL.</summary>
interface IComputation<T>
{
    /// <summary>False for NULL. Must not throw.</summary>
    static abstract bool TryCompute(ReadOnlySpan<Column> arguments, int row, out T result);
}

/// <summary>A function that returns STRING, or BYTES.</summary>
sealed class TextFunction<TOp>(
    string name, string signature, Parameter[] parameters, int optional = 0, bool mayGiveNull = false, SqlType? returns = null)
    : StrictFunction(name, signature, parameters, optional) where TOp : struct, ITextComputation
{
    protected override bool MayGiveNull => mayGiveNull;

    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => returns ?? SqlType.String;

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) => LaneKernels.RunText(context, columns, type, new Lane(columns));

    readonly ref struct Lane(ReadOnlySpan<Column> columns) : ITextLane
    {
        readonly ReadOnlySpan<Column> _columns = columns;

        public bool TryWrite(int row, BytesColumnBuilder output) => TOp.TryWrite(_columns, row, output);

        public SqlException? Error(int row) => null;
    }
}

/// <summary>A function that returns a fixed-width value.</summary>
sealed class FixedFunction<T, TOp>(
    string name, string signature, SqlType returns, Parameter[] parameters, int optional = 0, bool mayGiveNull = false)
    : StrictFunction(name, signature, parameters, optional) where T : unmanaged where TOp : struct, IComputation<T>
{
    protected override bool MayGiveNull => mayGiveNull;

    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => returns;

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) => LaneKernels.Run<T, ComputationLane<T, TOp>>(context, columns, type, new(columns));
}

/// <summary>A function that returns BOOLEAN.</summary>
sealed class BoolFunction<TOp>(string name, string signature, Parameter[] parameters, int optional = 0)
    : StrictFunction(name, signature, parameters, optional) where TOp : struct, IComputation<bool>
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.Boolean;

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) => LaneKernels.RunBool(context, columns, type, new ComputationLane<bool, TOp>(columns));
}

/// <summary>Runs a computation lane by lane.</summary>
readonly ref struct ComputationLane<T, TOp>(ReadOnlySpan<Column> columns) : ILane<T> where TOp : struct, IComputation<T>
{
    readonly ReadOnlySpan<Column> _columns = columns;

    public bool TryCompute(int row, out T result) => TOp.TryCompute(_columns, row, out result);

    public SqlException? Error(int row) => null;
}

/// <summary>Reads arguments by row.</summary>
static class ArgumentColumns
{
    public static ReadOnlySpan<byte> Text(this ReadOnlySpan<Column> arguments, int index, int row) =>
        ((BytesColumn)arguments[index])[row];

    public static int Int(this ReadOnlySpan<Column> arguments, int index, int row) =>
        ((FixedColumn<int>)arguments[index])[row];

    public static long Long(this ReadOnlySpan<Column> arguments, int index, int row) =>
        ((FixedColumn<long>)arguments[index])[row];
}
