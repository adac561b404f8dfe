using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Expressions;
using RowType = SqlStream.Core.Types.RowType;

namespace SqlStream.Planner.Binding;

/// <summary>Constructors of arrays and maps, and fields of rows.</summary>
sealed class NestedBinder(BindContext context, ExpressionBinder expressions)
{
    /// <summary>ARRAY[a, b]: the elements get their common type.</summary>
    public BoundExpression Array(ArrayExpression array, SourceSpan span)
    {
        var elements = expressions.BindAll(array.Values);
        return Unify(elements, "ARRAY", span) is { } error ? error : context.Calls.Operator("ARRAY[]", span, elements);
    }

    /// <summary>MAP[k, v, k, v]: keys and values get their common types.</summary>
    public BoundExpression Map(MapExpression map, SourceSpan span)
    {
        var keys = map.Entries.Map(entry => expressions.Bind(entry.Key));
        var values = map.Entries.Map(entry => expressions.Bind(entry.Value));
        if ((Unify(keys, "keys of MAP", span) ?? Unify(values, "values of MAP", span)) is { } error)
            return error;
        return context.Calls.Operator("MAP[]", span, [.. Enumerable.Range(0, keys.Count).SelectMany(i => new[] { keys[i], values[i] })]);
    }

    /// <summary>A field of a row, or a reported error.</summary>
    public BoundExpression Field(BoundExpression operand, Identifier field, SourceSpan span)
    {
        if (operand is BoundError)
            return operand;
        if (operand.Type is not RowType row)
            return context.Error(BindErrors.NotARow(span, operand.Type, field.Text));
        return TryField(context, operand, field.Text, span) ?? context.Error(BindErrors.UndefinedField(span, row, field.Text));
    }

    /// <summary>A field of a row, or null where it has none of that name.</summary>
    public static BoundExpression? TryField(BindContext context, BoundExpression operand, string field, SourceSpan span)
    {
        if (operand.Type is not RowType row || row.IndexOf(field) < 0)
            return null;
        var name = new BoundLiteral(SqlType.String.WithNullability(false), field) { Span = span };
        return context.Calls.Operator(".", span, [operand, name]);
    }

    BoundExpression? Unify(ValueList<BoundExpression> values, string place, SourceSpan span)
    {
        if (CallFactory.ErrorAmong(values) is { } error)
            return error;
        return context.Calls.Unify(values) is null
            ? context.Error(BindErrors.NoCommonType(span, place, values.Select(value => value.Type)))
            : null;
    }
}
