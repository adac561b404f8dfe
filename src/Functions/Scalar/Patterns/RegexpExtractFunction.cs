using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Scalar.Patterns;

/// <summary>REGEXP_EXTRACT(string, pattern [, group]): what a group of the first match matched, the whole match for 0 or without a
/// group. NULL where nothing matches, the group took no part, or there is no such group.</summary>
sealed class RegexpExtractFunction() : PatternFunction(
    "REGEXP_EXTRACT", "REGEXP_EXTRACT(string, pattern [, group]) -> STRING", [Parameter.Text, Parameter.Text, Parameter.Int], optional: 1)
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.String;

    protected override ScalarKernel Kernel(SqlType type, PatternArgument pattern, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) => LaneKernels.RunText(context, columns, type, new ExtractLane(columns, pattern));
}

/// <summary>REGEXP_SUBSTR(string, pattern): the first match, or NULL.</summary>
sealed class RegexpSubstrFunction()
    : PatternFunction("REGEXP_SUBSTR", "REGEXP_SUBSTR(string, pattern) -> STRING", [Parameter.Text, Parameter.Text])
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.String;

    protected override ScalarKernel Kernel(SqlType type, PatternArgument pattern, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) => LaneKernels.RunText(context, columns, type, new ExtractLane(columns, pattern));
}

/// <summary>Takes the group of the third argument, or the whole match.</summary>
ref struct ExtractLane(ReadOnlySpan<Column> columns, PatternArgument pattern) : ITextLane
{
    readonly ReadOnlySpan<Column> _columns = columns;
    PatternArgument.Reader _patterns = pattern.Read(columns);

    public bool TryWrite(int row, BytesColumnBuilder output) =>
        _patterns[row] is { } found && found.TryExtract(_columns.Text(0, row), _columns.Length > 2 ? _columns.Int(2, row) : 0, output);

    public readonly SqlException? Error(int row) => null;
}
