using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;

namespace SqlStream.Execution.Expressions;

/// <summary>Whether values are among constants: one lookup a row.</summary>
abstract class InEvaluator(ColumnEvaluator operand, SqlType type, bool hasNull) : ColumnEvaluator
{
    /// <summary>The evaluator for the layout of the operand's type.</summary>
    public static InEvaluator Create(BoundIn @in, ColumnEvaluator operand) => @in.Values[0] switch
    {
        sbyte => new Fixed<sbyte>(operand, @in),
        short => new Fixed<short>(operand, @in),
        int => new Fixed<int>(operand, @in),
        long => new Fixed<long>(operand, @in),
        Int128 => new Fixed<Int128>(operand, @in),
        string or ValueList<byte> => new Bytes(operand, @in),
        var value => throw new EngineBugException($"{value.GetType().Name} is no value to look up"),
    };

    public override Column Evaluate(EvaluationInput input)
    {
        var values = operand.Evaluate(input);
        using var builder = new BoolColumnBuilder(type, input.Pool);
        try
        {
            // Lanes that do not count hold garbage, which is looked up like everything else.
            for (var row = 0; row < input.Rows; row++)
            {
                if (values.IsNull(row))
                    builder.AppendNull();
                else if (Contains(values, row))
                    builder.Append(true);
                else if (hasNull)
                    builder.AppendNull();
                else
                    builder.Append(false);
            }
            return builder.Build();
        }
        finally
        {
            values.Release();
        }
    }

    protected abstract bool Contains(Column values, int row);

    sealed class Fixed<T>(ColumnEvaluator operand, BoundIn @in) : InEvaluator(operand, @in.Type, @in.HasNull)
        where T : unmanaged
    {
        readonly FrozenSet<T> _set = @in.Values.Select(value => (T)value).ToFrozenSet();

        protected override bool Contains(Column values, int row) => _set.Contains(((FixedColumn<T>)values)[row]);
    }

    sealed class Bytes(ColumnEvaluator operand, BoundIn @in) : InEvaluator(operand, @in.Type, @in.HasNull)
    {
        readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _set =
            @in.Values.Select(BytesOf).ToHashSet(new BytesComparer()).GetAlternateLookup<ReadOnlySpan<byte>>();

        protected override bool Contains(Column values, int row) => _set.Contains(((BytesColumn)values)[row]);

        static byte[] BytesOf(object value) => value is string text ? Encoding.UTF8.GetBytes(text) : [.. (ValueList<byte>)value];
    }

    sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)RowHash.OfBytes(alternate);
    }
}
