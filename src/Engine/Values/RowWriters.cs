using System.Linq.Expressions;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Rows;

namespace SqlStream.Engine.Values;

/// <summary>Makes writers of whole rows, compiled once for a table.</summary>
static class RowWriters
{
    /// <summary>The positions of the columns that a type has members for, in the order of the columns; 42703 for a member without a column.</summary>
    public static IReadOnlyList<int> ColumnsOf<T>(Schema schema)
    {
        var type = typeof(T);
        EnsureRow(type, schema);
        if (type == typeof(Row) || RowMembers.IsTuple(type) || RowMembers.IsSingle(type))
            return [.. Enumerable.Range(0, schema.Count)];
        return [.. RowMembers.Sources(type, schema).Select(source => source.Column).Order()];
    }

    /// <summary>A writer of rows of a schema. Columns without a member get NULL; 23502 where they are NOT NULL.</summary>
    public static RowWriter<T> Create<T>(Schema schema)
    {
        if (typeof(T) == typeof(Row))
            return (RowWriter<T>)(object)Untyped(schema);
        EnsureRow(typeof(T), schema);
        var builders = Expression.Parameter(typeof(ColumnBuilder[]), "builders");
        var value = Expression.Parameter(typeof(T), "value");
        var values = Values(typeof(T), schema, value);
        var steps = new List<Expression>();
        if (!typeof(T).IsValueType && !RowMembers.IsSingle(typeof(T)))
            steps.Add(Expression.IfThen(Expression.ReferenceEqual(value, Expression.Constant(null)), Expression.Throw(Expression.Call(typeof(ValueErrors), nameof(ValueErrors.NullRow), null, Expression.Constant(typeof(T))))));
        for (var i = 0; i < schema.Count; i++)
        {
            var builder = Expression.ArrayIndex(builders, Expression.Constant(i));
            if (values[i] is var (member, expression))
            {
                var writer = ColumnWriters.Create(schema[i].Type, expression.Type, new Mapping(schema[i].Name, member));
                steps.Add(Expression.Invoke(Expression.Constant(writer, typeof(ColumnWriter<>).MakeGenericType(expression.Type)), builder, expression));
            }
            else if (schema[i].Type.IsNullable)
            {
                steps.Add(Expression.Call(builder, nameof(ColumnBuilder.AppendNull), null));
            }
            else
            {
                throw ValueErrors.ColumnMissing(schema[i].Name, typeof(T));
            }
        }
        return Expression.Lambda<RowWriter<T>>(Expression.Block(steps), builders, value).Compile();
    }

    // Rows of nothing but NULL are not what anybody means.
    static void EnsureRow(Type type, Schema schema)
    {
        if (RowMembers.IsSingle(type) || RowMembers.IsTuple(type) || type == typeof(Row))
            return;
        if (Nullable.GetUnderlyingType(type) is not null)
            throw ValueErrors.NullableRow(type);
        if (!RowMembers.Sources(type, schema).Any())
            throw ValueErrors.NoMembers(type, schema.Fields.Select(field => field.Name));
    }

    static (string Member, Expression Value)?[] Values(Type type, Schema schema, Expression value)
    {
        var values = new (string, Expression)?[schema.Count];
        if (RowMembers.IsSingle(type))
        {
            if (schema.Count != 1)
                throw ValueErrors.WrongWidth(type, 1, schema.Count);
            values[0] = ("the value", value);
            return values;
        }
        if (RowMembers.IsTuple(type))
        {
            var width = type.GetGenericArguments().Length;
            if (width != schema.Count)
                throw ValueErrors.WrongWidth(type, width, schema.Count);
            for (var i = 0; i < width; i++)
                values[i] = ($"item {i + 1} of the tuple", Expression.Field(value, $"Item{i + 1}"));
            return values;
        }
        foreach (var (member, column) in RowMembers.Sources(type, schema))
            values[column] = (member.Name, Expression.MakeMemberAccess(value, member));
        return values;
    }

    static RowWriter<Row> Untyped(Schema schema)
    {
        var writers = schema.Fields.Select(field => ColumnWriters.Create<object?>(field.Type, new Mapping(field.Name, field.Name))).ToArray();
        return (builders, row) =>
        {
            if (row is null)
                throw ValueErrors.NullRow(typeof(Row));
            if (row.Kind != RowKind.Insert)
                throw ValueErrors.NotAnInsert(row.Kind.Symbol());
            if (row.Count != writers.Length)
                throw ValueErrors.WrongWidth(typeof(Row), row.Count, writers.Length);
            for (var i = 0; i < writers.Length; i++)
                writers[i](builders[i], row[i]);
        };
    }
}
