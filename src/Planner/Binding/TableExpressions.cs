using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>Binds the computed columns and the watermark of a table definition that has been checked.</summary>
sealed class TableExpressions(BindContext context)
{
    /// <summary>Each column over what the connector gives, and the watermark over all columns.</summary>
    public (ValueList<BoundExpression> Columns, BoundExpression? Watermark) Bind(TableDefinition table, ConnectorTable connected)
    {
        var schema = new Schema([.. table.Columns.Select(column => new Field(column.Name, column.Type))]);
        var binder = new ExpressionBinder(context, Scope.Of([], schema), new Clause("a table definition"));
        var physical = connected.Schema;
        var columns = new List<BoundExpression>();
        foreach (var column in table.Columns)
        {
            if (column is ComputedColumnDefinition computed)
            {
                // It may stand on computed columns before it; those after it are refused by CREATE TABLE.
                var bound = binder.Bind(computed.Expression);
                columns.Add(bound.RewriteDown(node =>
                    node is BoundColumn reference ? Physical(reference, schema, physical, columns) : null));
            }
            else if (column is MetadataColumnDefinition metadata)
            {
                var given = physical.Column(connected.StoredColumns + Position(connected.MetadataKeys, metadata.Key));
                columns.Add(context.Calls.ExplicitCast(given, metadata.Type, isTry: false, context.SpanOverride ?? given.Span));
            }
            else
            {
                columns.Add(physical.Column(physical.IndexOf(column.Name)));
            }
        }
        return ([.. columns], table.Watermark is null ? null : binder.Bind(table.Watermark.Expression));
    }

    static int Position(ValueList<string> keys, string key)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i] == key)
                return i;
        }
        throw new EngineBugException($"metadata '{key}' is not read");
    }

    static BoundExpression Physical(BoundColumn reference, Schema schema, Schema physical, List<BoundExpression> columns)
    {
        // Names of metadata are none that a column can have by accident: they hold quotes.
        var position = physical.IndexOf(schema[reference.Index].Name);
        return position >= 0 ? physical.Column(position) with { Span = reference.Span } : columns[reference.Index];
    }
}
