using System.Diagnostics;
using System.Numerics;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Conditional;

/// <summary>GREATEST(value, ...) and LEAST(value, ...) of the arguments cast to their common type; NULL where one is
/// NULL.</summary>
sealed class ExtremeOfFunction(string name, bool greatest) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => $"{name}(value, ...) -> value";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length == 0)
            return null;
        var types = new SqlType[arguments.Length];
        for (var i = 0; i < types.Length; i++)
            types[i] = arguments[i].Type;
        if (TypeRules.CommonType(types) is not { } common || common.IsNested)
            return null;
        var type = common.Kind == SqlTypeKind.Null ? SqlType.Boolean : common;
        Array.Fill(types, type);
        return new ScalarCall(types, type, type.Layout switch
        {
            ColumnLayout.Int8 => Fixed<sbyte>(type),
            ColumnLayout.Int16 => Fixed<short>(type),
            ColumnLayout.Int32 => Fixed<int>(type),
            ColumnLayout.Int64 => Fixed<long>(type),
            ColumnLayout.Int128 => Fixed<Int128>(type),
            ColumnLayout.Float32 => Fixed<float>(type),
            ColumnLayout.Float64 => Fixed<double>(type),
            ColumnLayout.Bool =>
                (context, columns) => LaneKernels.RunBool(context, columns, type, new BoolLane(columns, greatest)),
            ColumnLayout.Bytes =>
                (context, columns) => LaneKernels.RunText(context, columns, type, new TextLane(columns, greatest)),
            _ => throw new UnreachableException($"layout {type.Layout} has no order"),
        });
    }

    ScalarKernel Fixed<T>(SqlType type) where T : unmanaged, IComparisonOperators<T, T, bool> =>
        (context, columns) => LaneKernels.Run<T, FixedLane<T>>(context, columns, type, new(columns, greatest));

    readonly ref struct FixedLane<T>(ReadOnlySpan<Column> columns, bool greatest) : ILane<T>
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly bool _greatest = greatest;

        public bool TryCompute(int row, out T result)
        {
            result = ((FixedColumn<T>)_columns[0])[row];
            foreach (var column in _columns[1..])
            {
                var value = ((FixedColumn<T>)column)[row];
                if (_greatest ? value > result : value < result)
                    result = value;
            }
            return true;
        }

        public SqlException? Error(int row) => null;
    }

    readonly ref struct BoolLane(ReadOnlySpan<Column> columns, bool greatest) : ILane<bool>
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly bool _greatest = greatest;

        public bool TryCompute(int row, out bool result)
        {
            result = !_greatest;
            foreach (var column in _columns)
            {
                if (((BoolColumn)column)[row] == _greatest)
                    result = _greatest;
            }
            return true;
        }

        public SqlException? Error(int row) => null;
    }

    readonly ref struct TextLane(ReadOnlySpan<Column> columns, bool greatest) : ITextLane
    {
        readonly ReadOnlySpan<Column> _columns = columns;
        readonly bool _greatest = greatest;

        public bool TryWrite(int row, BytesColumnBuilder output)
        {
            var best = _columns.Text(0, row);
            for (var i = 1; i < _columns.Length; i++)
            {
                var candidate = _columns.Text(i, row);
                if (candidate.SequenceCompareTo(best) is var order && (_greatest ? order > 0 : order < 0))
                    best = candidate;
            }
            output.Append(best);
            return true;
        }

        public SqlException? Error(int row) => null;
    }
}
