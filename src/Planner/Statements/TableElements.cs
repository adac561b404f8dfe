using System.Diagnostics;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;

namespace SqlStream.Planner.Statements;

/// <summary>The elements of a table as written, as the parts of a draft.</summary>
sealed class TableElements(BindContext context)
{
    /// <summary>The WITH clause with the positions of its entries.</summary>
    public static TableOptions Options(ValueList<OptionSyntax> options) =>
        new(options.Map(option => new TableOption(option.Key.Value, option.Value.Value, option.Span)));

    /// <summary>A column; its type is missing after an error.</summary>
    public DraftColumn Column(ColumnElement column)
    {
        var span = context.SpanOf(column.Name);
        var name = column.Name.Text;
        return column switch
        {
            PhysicalColumn physical => new DraftPhysical(name, span, column.Comment, new TypeBinder(context).Bind(physical.Type)),
            MetadataColumn metadata => new DraftMetadata(
                name, span, column.Comment, new TypeBinder(context).Bind(metadata.Type), metadata.Key ?? name, metadata.Virtual),
            ComputedColumn computed => new DraftComputed(name, span, column.Comment, computed.Expression, context),
            NamedColumn => new DraftName(name, span),
            _ => throw new UnreachableException($"column {column.GetType().Name} has no draft"),
        };
    }

    /// <summary>The primary key among the elements, or null; reports a second one and one that is to be enforced.</summary>
    public DraftKey? PrimaryKey(IEnumerable<TableElement> elements)
    {
        var keys = new List<(PrimaryKeyElement Key, ValueList<Identifier> Columns)>();
        foreach (var element in elements)
        {
            if (element is PrimaryKeyElement key)
                keys.Add((key, key.Columns));
            else if (element is PhysicalColumn { PrimaryKey: { } inline } column)
                keys.Add((inline, [column.Name]));
        }
        if (keys.Count == 0)
            return null;
        if (keys.Count > 1)
            context.Report(CreateErrors.SecondPrimaryKey(context.SpanOf(keys[1].Key)));
        var first = keys[0];
        if (!first.Key.NotEnforced)
            context.Report(CreateErrors.EnforcedPrimaryKey(context.SpanOf(first.Key)));
        return new DraftKey(
            first.Columns.Map(column => (column.Text, context.SpanOf(column))), first.Key.Constraint?.Text, context.SpanOf(first.Key));
    }

    /// <summary>The watermark among the elements, or null; reports a second one.</summary>
    public DraftWatermark? Watermark(IEnumerable<TableElement> elements)
    {
        var found = elements.OfType<WatermarkElement>().ToList();
        if (found.Count == 0)
            return null;
        if (found.Count > 1)
            context.Report(CreateErrors.SecondWatermark(context.SpanOf(found[1])));
        var span = context.SpanOf(found[0].Column);
        if (found[0].Column.Parts.Count > 1)
        {
            context.Report(BindErrors.NotSupported(span, "WATERMARK FOR a field of a ROW"));
            return null;
        }
        return new DraftWatermark(found[0].Column.Last.Text, span, found[0].Expression, context);
    }
}
