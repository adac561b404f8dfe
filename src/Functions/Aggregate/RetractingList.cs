using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Functions.Patterns;

namespace SqlStream.Functions.Aggregate;

/// <summary>LISTAGG over an input that takes rows away: all values in the order of their arrival.</summary>
sealed class RetractingList(byte[] separator) : BlobAggregate
{
    public override void Accumulate(IBlobState state, ReadOnlySpan<Column> arguments, int row, RowKind kind)
    {
        if (!arguments[0].IsNull(row))
            ArrivalList.Change(state, ((BytesColumn)arguments[0])[row], RowLoop.Sign(kind) > 0);
    }

    public override void Emit(IBlobState state, ColumnBuilder result)
    {
        using var text = new ByteText(256);
        var joiner = new Joiner(text, separator);
        ArrivalList.Visit(state, ref joiner);
        if (joiner.IsEmpty)
            result.AppendNull();
        else
            ((BytesColumnBuilder)result).Append(text.Span);
    }

    struct Joiner(ByteText text, byte[] separator) : IEntryVisitor
    {
        public bool IsEmpty { get; private set; } = true;

        public void Visit(ReadOnlySpan<byte> key, long count)
        {
            if (!IsEmpty)
                text.Append(separator);
            IsEmpty = false;
            text.Append(ArrivalList.ValueOf(key));
            if (text.Span.Length > Scalar.Strings.TextLimits.BytesMax)
                throw FunctionErrors.ResultTooLong("LISTAGG");
        }
    }
}
