using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Aggregate;

/// <summary>COLLECT(value): the multiset of the values that are not NULL, empty over none; its entries are ordered by value.</summary>
sealed class CollectFunction : AggregateFunction
{
    public override string Name => "COLLECT";

    public override string Signature => "COLLECT(value) -> MULTISET<value>";

    public override AggregateCall? Plan(ReadOnlySpan<ArgumentInfo> arguments, bool retracting)
    {
        if (arguments.Length != 1)
            return null;
        var type = arguments[0].Type;
        return new Call
        {
            ParameterTypes = [type],
            ReturnType = SqlType.Multiset(type.WithNullability(false)).WithNullability(false),
            StateLayout = $"multiset of encoded {type.AllNullable.Name}",
        };
    }

    sealed class Call : BlobAggregate
    {
        public override bool KeepsValues => true;

        public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
        {
            if (arguments[0].IsNull(row))
                return;
            var value = new ByteBuffer();
            ValueCodec.Encode(arguments[0], row, value);
            OrderedMultiset.Change(state, value.Written, RowLoop.Sign(kind));
        }

        public override void Emit(IBlobState state, ColumnBuilder result)
        {
            var map = (MapColumnBuilder)result;
            foreach (var entries in MultisetChunks.Of(state))
            {
                for (var position = 0; position < entries.Length;)
                {
                    ReadOnlySpan<byte> key = EntryList.ReadKey(entries, ref position);
                    var count = VarInt.ReadSigned(entries, ref position);
                    if (count <= 0)
                        continue;
                    ValueCodec.Decode(ref key, map.Keys);
                    Check.That(key.IsEmpty);
                    ((FixedColumnBuilder<int>)map.Values).Append((int)Math.Min(count, int.MaxValue));
                }
            }
            map.EndMap();
        }
    }
}
