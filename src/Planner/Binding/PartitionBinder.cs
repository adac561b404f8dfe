using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>PARTITION (column = value, ...): values of partition columns, each of the type of its column.</summary>
sealed class PartitionBinder(BindContext context)
{
    /// <summary>The values that are given, by column; null after reporting errors.</summary>
    public Dictionary<string, BoundExpression>? Bind(ValueList<PartitionValue> partition, TableDefinition table)
    {
        var values = new Dictionary<string, BoundExpression>();
        var failed = false;
        foreach (var part in partition)
        {
            var (name, span) = (part.Column.Text, context.SpanOf(part.Column));
            if (!table.PartitionKeys.Contains(name))
            {
                context.Report(InsertErrors.NotAPartitionKey(span, name, table));
                failed = true;
                continue;
            }
            if (part.Value is null)
                continue;
            var column = table.PhysicalColumns.First(known => known.Name == name);
            var value = Value(part.Value, new Field(column.Name, column.Type));
            failed |= value is null;
            if (!values.TryAdd(name, value!))
            {
                context.Report(InsertErrors.DuplicateTarget(span, name));
                failed = true;
            }
        }
        return failed ? null : values;
    }

    /// <summary>The values as constants (plan values by column), for what is done when the statement is; null after reporting errors.</summary>
    public Dictionary<string, object?>? BindConstants(ValueList<PartitionValue> partition, TableDefinition table)
    {
        if (Bind(partition, table) is not { } bound)
            return null;
        var values = new Dictionary<string, object?>();
        foreach (var part in partition)
        {
            if (part.Value is null)
                context.Report(InsertErrors.PartitionWithoutValue(context.SpanOf(part.Column), part.Column.Text));
            else if (bound[part.Column.Text] is BoundLiteral literal)
                values[part.Column.Text] = literal.Value;
            else
                context.Report(InsertErrors.PartitionNotConstant(context.SpanOf(part.Value), part.Column.Text));
        }
        return values.Count == partition.Count ? values : null;
    }

    /// <summary>The values of all keys, in order: one partition; null after reporting errors.</summary>
    public ValueList<object?>? BindWhole(ValueList<PartitionValue> partition, TableDefinition table, SyntaxNode node)
    {
        if (BindConstants(partition, table) is not { } values)
            return null;
        var missing = table.PartitionKeys.Where(key => !values.ContainsKey(key)).ToList();
        if (missing.Count == 0)
            return table.PartitionKeys.Map(key => values[key]);
        context.Report(InsertErrors.PartitionIncomplete(context.SpanOf(node), table, missing));
        return null;
    }

    BoundExpression? Value(ExpressionSyntax syntax, Field field)
    {
        var value = new ExpressionBinder(context, Scope.Of([], new Schema([])), new Clause("PARTITION")).Bind(syntax);
        if (value is BoundError)
            return null;
        // Text stands for a value of any type, as in the names of directories.
        var isText = value is BoundLiteral && value.Type.IsCharacter;
        var cast = isText
            ? context.Calls.ExplicitCast(value, field.Type.WithNullability(value.Type.IsNullable), isTry: false, value.Span)
            : context.Calls.ImplicitCast(value, field.Type);
        if (cast is null)
            context.Report(InsertErrors.TypeMismatch(value.Span, field, value.Type));
        if (cast is null or BoundError)
            return null;
        var folded = context.Folder.Fold(cast);
        if (isText && folded is not BoundLiteral)
            context.Report(InsertErrors.PartitionText(value.Span, field));
        else if (folded is BoundLiteral { Value: null } && !field.Type.IsNullable)
            context.Report(InsertErrors.NullInNotNull(value.Span, field.Name));
        else
            return folded;
        return null;
    }
}
