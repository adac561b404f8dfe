using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Nexmark;

/// <summary>Makes the values of one field of a kind of event. Immutable, thread-safe; none of its values is NULL.</summary>
abstract class EventField
{
    /// <summary>Appends one value an event.</summary>
    public abstract void Append(ColumnBuilder builder, in EventRun run);

    /// <summary>True if it makes values of a type.</summary>
    public abstract bool Makes(SqlType type);

    /// <summary>The type for messages.</summary>
    public abstract SqlType Type { get; }
}

/// <summary>A number of an event.</summary>
interface INumber
{
    /// <summary>The number, as a function of the id and the round.</summary>
    static abstract long Of(EventModel model, long id, long round);
}

/// <summary>A text of an event.</summary>
interface IText
{
    /// <summary>The most bytes that it has.</summary>
    static abstract int BytesMax(EventModel model);

    /// <summary>Writes the text and returns its length.</summary>
    static abstract int Write(EventModel model, long id, Span<byte> target);
}

/// <summary>BIGINT fields. <typeparamref name="TNumber"/> is a struct, so that the loop is compiled for it.</summary>
sealed class NumberField<TNumber>(EventModel model) : EventField where TNumber : struct, INumber
{
    public override SqlType Type => SqlType.BigInt;

    public override bool Makes(SqlType type) => type.Kind == SqlTypeKind.BigInt;

    public override void Append(ColumnBuilder builder, in EventRun run)
    {
        var ids = run.Ids;
        var rounds = run.Rounds[..ids.Length];
        var values = ((FixedColumnBuilder<long>)builder).AppendSpan(ids.Length)[..ids.Length];
        for (var i = 0; i < ids.Length; i++)
            values[i] = TNumber.Of(model, ids[i], rounds[i]);
    }
}

/// <summary>TIMESTAMP fields of three to six digits; the number is milliseconds after event 0.</summary>
sealed class TimeField<TNumber>(EventModel model) : EventField where TNumber : struct, INumber
{
    public override SqlType Type => SqlType.Timestamp(3);

    public override bool Makes(SqlType type) => type is TemporalType { Kind: SqlTypeKind.Timestamp, Precision: >= 3 and <= 6 };

    public override void Append(ColumnBuilder builder, in EventRun run)
    {
        var ids = run.Ids;
        var rounds = run.Rounds[..ids.Length];
        var values = ((FixedColumnBuilder<long>)builder).AppendSpan(ids.Length)[..ids.Length];
        for (var i = 0; i < ids.Length; i++)
            values[i] = (run.BaseMillis + TNumber.Of(model, ids[i], rounds[i])) * 1000;
    }
}

/// <summary>STRING fields.</summary>
sealed class TextField<TText>(EventModel model) : EventField where TText : struct, IText
{
    public override SqlType Type => SqlType.String;

    public override bool Makes(SqlType type) => type.SameIgnoringNullability(SqlType.String);

    public override void Append(ColumnBuilder builder, in EventRun run)
    {
        var texts = (BytesColumnBuilder)builder;
        var bytes = TText.BytesMax(model);
        foreach (var id in run.Ids)
            texts.Commit(TText.Write(model, id, texts.Reserve(bytes)));
    }
}
