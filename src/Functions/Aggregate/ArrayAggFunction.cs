using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>ARRAY_AGG(value): the values in the order in which they came, NULLs too unless it ignores them; NULL over no values. A row that is
/// taken away takes away the first element that equals its value.</summary>
/// <remarks>The binder calls <c>ARRAY_AGG(x IGNORE NULLS)</c> by its own name.</remarks>
sealed class ArrayAggFunction(bool ignoresNulls) : AggregateFunction
{
    public override string Name => ignoresNulls ? "ARRAY_AGG IGNORE NULLS" : "ARRAY_AGG";

    public override string Signature => "ARRAY_AGG(value [RESPECT NULLS | IGNORE NULLS]) -> ARRAY<value>";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length != 1)
            return null;
        var type = arguments[0].Type;
        return new Call(ignoresNulls)
        {
            ParameterTypes = [type],
            ReturnType = SqlType.Array(type),
            StateLayout = $"elements {type.AllNullable.Name}",
        };
    }

    sealed class Call(bool ignoresNulls) : BlobAggregate
    {
        public override bool KeepsValues => true;

        public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
        {
            if (ignoresNulls && arguments[0].IsNull(row))
                return;
            var value = new ByteBuffer();
            ValueCodec.Encode(arguments[0], row, value);
            if (RowLoop.Sign(kind) > 0)
                ElementList.Add(state, value.Written);
            else
                ElementList.Remove(state, value.Written, ((CollectionType)ReturnType).Element);
        }

        public override void Emit(IBlobState state, ColumnBuilder result)
        {
            var list = (ListColumnBuilder)result;
            if (ElementList.AppendAll(state, list.Elements))
                list.EndList();
            else
                list.AppendNull();
        }
    }
}
