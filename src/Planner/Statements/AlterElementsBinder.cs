using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;

namespace SqlStream.Planner.Statements;

/// <summary>ALTER TABLE ... ADD and MODIFY: columns with their places, the primary key, the watermark.</summary>
sealed class AlterElementsBinder(BindContext context, TableDraft draft)
{
    readonly TableElements _elements = new(context);

    /// <summary>Changes the draft; reports what does not fit it.</summary>
    public void Apply(AlterElements alter)
    {
        foreach (var element in alter.Elements)
        {
            if (element.Element is ColumnElement column)
                Column(column, element, alter.Modify);
        }
        var elements = alter.Elements.Map(element => element.Element);
        if (_elements.PrimaryKey(elements) is { } key)
            Key(key, alter.Modify);
        if (_elements.Watermark(elements) is { } watermark)
            Watermark(watermark, alter.Modify);
    }

    void Column(ColumnElement column, AlterElement element, bool modify)
    {
        var added = _elements.Column(column);
        var index = draft.Columns.FindIndex(known => known.Name == added.Name);
        if (modify && index < 0)
        {
            context.Report(AlterErrors.UndefinedColumn(added.Span, added.Name, draft));
            return;
        }
        if (!modify && index >= 0)
        {
            context.Report(AlterErrors.ColumnExists(added.Span, added.Name, draft.Name));
            return;
        }
        if (modify)
        {
            // A modified column keeps its comment unless it gets another.
            added = added with { Comment = added.Comment ?? draft.Columns[index].Comment };
            draft.Columns.RemoveAt(index);
        }
        draft.Columns.Insert(Place(element, modify ? index : draft.Columns.Count), added);
    }

    int Place(AlterElement element, int otherwise)
    {
        if (element.First)
            return 0;
        if (element.After is not { } after)
            return otherwise;
        var index = draft.Columns.FindIndex(known => known.Name == after.Text);
        if (index >= 0)
            return index + 1;
        context.Report(AlterErrors.UndefinedColumn(context.SpanOf(after), after.Text, draft));
        return otherwise;
    }

    void Key(DraftKey key, bool modify)
    {
        if (!modify && draft.PrimaryKey is not null)
            context.Report(AlterErrors.KeyExists(key.Span, draft.Name));
        else if (modify && draft.PrimaryKey is null)
            context.Report(AlterErrors.NoKey(key.Span, draft.Name));
        draft.PrimaryKey = key;
    }

    void Watermark(DraftWatermark watermark, bool modify)
    {
        if (!modify && draft.Watermark is not null)
            context.Report(AlterErrors.WatermarkExists(watermark.Span, draft.Name));
        else if (modify && draft.Watermark is null)
            context.Report(AlterErrors.NoWatermark(watermark.Span, draft.Name));
        draft.Watermark = watermark;
    }
}
