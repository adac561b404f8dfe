using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>Binds the computed columns and the watermark of a table definition that has been checked.</summary>
sealed class TableExpressions(BindContext context)
{
    /// <summary>Each column over the physical columns, and the watermark over all columns.</summary>
    public (ValueList<BoundExpression> Columns, BoundExpression? Watermark) Bind(TableDefinition table)
    {
        var schema = new Schema([.. table.Columns.Select(column => new Field(column.Name, column.Type))]);
        var binder = new ExpressionBinder(context, Scope.Of([], schema), new Clause("a table definition"));
        var physical = new Schema([.. table.PhysicalColumns.Select(column => new Field(column.Name, column.Type))]);
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
            else
            {
                columns.Add(physical.Column(physical.IndexOf(column.Name)));
            }
        }
        return ([.. columns], table.Watermark is null ? null : binder.Bind(table.Watermark.Expression));
    }

    static BoundExpression Physical(BoundColumn reference, Schema schema, Schema physical, List<BoundExpression> columns)
    {
        var position = physical.IndexOf(schema[reference.Index].Name);
        return position >= 0 ? physical.Column(position) with { Span = reference.Span } : columns[reference.Index];
    }
}
