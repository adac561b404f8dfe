using System.Globalization;
using System.Text.RegularExpressions;
using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>The query that finds the rows of many keys.</summary>
static partial class LookupQuery
{
    /// <summary>The query: for each key its number and the rows that have it, in the form that the server sends records in, all in one value. A parameter is an array of the values
    /// of a key column.</summary>
    public static string Sql(LookupContext context, ConnectorTable table, PostgresTable found)
    {
        var names = string.Join(", ", context.KeyColumns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"k{i}")));
        var arrays = string.Join(", ", context.KeyColumns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1}")));
        var conditions = string.Join(" AND ", context.KeyColumns.Select((column, i) =>
        {
            SourceColumns.Expression(found, table, column, "t");
            var there = found.RequiredColumn(table.Schema[column].Name);
            return $"t.{PostgresName.Quote(there.Name)} = {Key(string.Create(CultureInfo.InvariantCulture, $"k.k{i}"), table.Schema[column].Type, there)}";
        }));
        var columns = string.Concat(context.ReadColumns.Select(column => ", " + SourceColumns.Expression(found, table, column, "t")));
        var pushed = context.Predicate is not null && PushedCondition.Sql(context.Predicate, found, table, "t") is { } condition ? $" AND {condition}" : "";
        return $"""
            SELECT string_agg(record_send(r), '') FROM (SELECT (k.n - 1)::int4{columns} FROM unnest({arrays}) WITH ORDINALITY AS k({names}, n)
            JOIN {found.Name.Sql} AS t ON {conditions}{pushed}) AS r
            """;
    }

    // The key as it is compared with the column by its index: never cast to a length or a precision, and never rounded, which would make another key of it.
    static string Key(string key, SqlType type, PostgresColumn there)
    {
        if (there.Oid == PostgresTypes.Of(type) || IsComparable(type, there.Oid))
            return key;
        if (there.Oid is PostgresTypes.Varchar or PostgresTypes.Name)
            return type.IsCharacter ? key : $"{key}::text";
        if (there.Oid == PostgresTypes.BlankPadded)
            return $"{key}::bpchar";
        var cast = $"{key}::{Modifier().Replace(there.TypeText, "")}";
        if (!type.IsNumeric || type.IsInteger || Bits(there.Oid) is not { } bits)
            return cast;
        var (least, beyond) = (-(Int128.One << (bits - 1)), Int128.One << (bits - 1));
        return string.Create(CultureInfo.InvariantCulture, $"CASE WHEN {key} >= {least} AND {key} < {beyond} AND {key} = trunc({key}) THEN {cast} END");
    }

    // The server compares both as they are, by the index of the one.
    static bool IsComparable(SqlType type, uint oid) => type.Kind switch
    {
        SqlTypeKind.TinyInt or SqlTypeKind.SmallInt or SqlTypeKind.Int or SqlTypeKind.BigInt => Bits(oid) is not null,
        SqlTypeKind.Float or SqlTypeKind.Double => oid is PostgresTypes.Float4 or PostgresTypes.Float8,
        SqlTypeKind.Timestamp => oid == PostgresTypes.Date,
        _ => false,
    };

    static int? Bits(uint oid) => oid switch
    {
        PostgresTypes.Int2 => 16,
        PostgresTypes.Int4 => 32,
        PostgresTypes.Int8 => 64,
        _ => null,
    };

    [GeneratedRegex("\\([0-9, ]+\\)")]
    private static partial Regex Modifier();
}
