using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using SqlStream.Core.Columns;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Engine.Rows;

namespace SqlStream.Engine.Values;

/// <summary>Makes readers of whole rows, compiled once for a query: a constructor call and settable members, tuples, single values.</summary>
static class RowReaders
{
    /// <summary>A reader of rows of a schema; 42703 or 42804 where columns and members do not fit.</summary>
    public static RowReader<T> Create<T>(Schema schema)
    {
        if (typeof(T) == typeof(Row))
            return (RowReader<T>)(object)Untyped(schema, RowKind.Insert);
        var columns = Expression.Parameter(typeof(Column[]), "columns");
        var row = Expression.Parameter(typeof(int), "row");
        Expression body = RowMembers.IsSingle(typeof(T)) ? Single(typeof(T), schema, columns, row)
            : RowMembers.IsTuple(typeof(T)) ? Tuple(typeof(T), schema, columns, row)
            : Object(typeof(T), schema, columns, row);
        return Expression.Lambda<RowReader<T>>(body, columns, row).Compile();
    }

    /// <summary>Readers of the values of a <see cref="Row"/>.</summary>
    public static ColumnReader<object?>[] Untyped(Schema schema) =>
        [.. schema.Fields.Select(field => ColumnReaders.Create<object?>(field.Type, new Mapping(field.Name, field.Name)))];

    /// <summary>Reads a <see cref="Row"/>.</summary>
    public static Row Read(Schema schema, ColumnReader<object?>[] readers, ReadOnlySpan<Column> columns, int row, RowKind kind)
    {
        var values = new object?[readers.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = readers[i](columns[i], row);
        return new Row(schema, kind, values);
    }

    static RowReader<Row> Untyped(Schema schema, RowKind kind)
    {
        var readers = Untyped(schema);
        return (columns, row) => Read(schema, readers, columns, row, kind);
    }

    static Expression Single(Type type, Schema schema, Expression columns, Expression row)
    {
        if (schema.Count != 1)
            throw ValueErrors.WrongWidth(type, 1, schema.Count);
        return Value(schema, 0, type, "the result", allowsNull: true, columns, row);
    }

    static NewExpression Tuple(Type type, Schema schema, Expression columns, Expression row)
    {
        var types = type.GetGenericArguments();
        if (types.Length != schema.Count)
            throw ValueErrors.WrongWidth(type, types.Length, schema.Count);
        return Expression.New(
            type.GetConstructor(types)!, types.Select((item, i) => Value(schema, i, item, $"item {i + 1} of the tuple", allowsNull: true, columns, row)));
    }

    static Expression Object(Type type, Schema schema, Expression columns, Expression row)
    {
        var used = new HashSet<int>();
        var creation = New(type, schema, columns, row, used);
        var bindings = new List<MemberBinding>();
        foreach (var member in RowMembers.Settable(type))
        {
            var index = RowMembers.Find(schema, member.Name);
            if (index >= 0 && used.Add(index))
                bindings.Add(Expression.Bind(member, Value(schema, index, RowMembers.TypeOf(member), member.Name, RowMembers.AllowsNull(member), columns, row)));
            else if (index < 0 && member.IsDefined(typeof(RequiredMemberAttribute)))
                throw ValueErrors.NoColumn(member.Name, type, schema.Fields.Select(field => field.Name));
        }
        for (var i = 0; i < schema.Count; i++)
        {
            if (!used.Contains(i))
                throw ValueErrors.NoMember(schema[i].Name, type);
        }
        return bindings.Count == 0 ? creation : Expression.MemberInit(creation, bindings);
    }

    static NewExpression New(Type type, Schema schema, Expression columns, Expression row, HashSet<int> used)
    {
        if (type.IsValueType && type.GetConstructors().Length == 0)
            return Expression.New(type);
        var constructor = RowMembers.Constructor(type, schema);
        return Expression.New(constructor, constructor.GetParameters().Select(parameter => Argument(parameter, schema, columns, row, used)));
    }

    static Expression Argument(ParameterInfo parameter, Schema schema, Expression columns, Expression row, HashSet<int> used)
    {
        var index = RowMembers.Find(schema, parameter.Name!);
        if (index < 0)
            return Expression.Constant(parameter.DefaultValue, parameter.ParameterType);
        used.Add(index);
        return Value(schema, index, parameter.ParameterType, parameter.Name!, RowMembers.AllowsNull(parameter), columns, row);
    }

    static InvocationExpression Value(Schema schema, int index, Type type, string member, bool allowsNull, Expression columns, Expression row)
    {
        var reader = ColumnReaders.Create(schema[index].Type, type, new Mapping(schema[index].Name, member), allowsNull);
        return Expression.Invoke(
            Expression.Constant(reader, typeof(ColumnReader<>).MakeGenericType(type)), Expression.ArrayIndex(columns, Expression.Constant(index)), row);
    }
}
