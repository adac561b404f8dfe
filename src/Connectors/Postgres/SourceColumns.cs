using SqlStream.Core.Connect;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Postgres;

/// <summary>How the columns of a table here are asked for on the server.</summary>
static class SourceColumns
{
    /// <summary>The column as an expression whose value comes in the form that is read here; 42703 and 42804 where there is none.</summary>
    public static string Expression(PostgresTable found, ConnectorTable table, int column, string alias)
    {
        var field = table.Schema[column];
        var there = found.RequiredColumn(field.Name);
        if (!IsReadable(there, field.Type))
            throw PostgresErrors.ColumnMisfit(found.Name, there.Name, there.TypeText, field.Type, FieldConversion.Hint(field.Type, there));
        var name = $"{alias}.{PostgresName.Quote(there.Name)}";
        return Cast(there, field.Type) is { } type ? $"{name}::{type}" : name;
    }

    // The type to cast to; null where the value comes as it is wanted.
    static string? Cast(PostgresColumn there, SqlType type)
    {
        if (type.IsCharacter)
            return there.Oid is PostgresTypes.Text or PostgresTypes.Varchar or PostgresTypes.BlankPadded or PostgresTypes.Name or PostgresTypes.Json ? null : "text";
        // Rounded to milliseconds, the end of a day would be the next one.
        if (type.Kind == SqlTypeKind.Time)
            return null;
        if (type is DecimalType or TemporalType)
            return there.TypeText == TypeText(type) ? null : PostgresTypes.Sql(type);
        if (PostgresTypes.Element(type) is { } element)
            return there.ElementOid == PostgresTypes.Of(element) && element is not (DecimalType or TemporalType) ? null : element.IsCharacter ? "text[]" : PostgresTypes.Sql(element) + "[]";
        return there.Oid == PostgresTypes.Of(type) ? null : PostgresTypes.Sql(type);
    }

    static string TypeText(SqlType type) => PostgresTypes.Sql(type)
        .Replace("timestamptz(6)", "timestamp with time zone", StringComparison.Ordinal)
        .Replace("timestamp(6)", "timestamp without time zone", StringComparison.Ordinal);

    static bool IsReadable(PostgresColumn there, SqlType type)
    {
        if (PostgresTypes.Element(type) is { } element)
            return there.ElementOid != 0 && IsReadable(there.ElementOid, element);
        // Everything has a text.
        return type.IsCharacter || (there.ElementOid == 0 && IsReadable(there.Oid, type));
    }

    static bool IsReadable(uint oid, SqlType type) =>
        type.IsCharacter || oid == PostgresTypes.Of(type) || (type.IsNumeric && IsNumber(oid)) || (type.Kind == SqlTypeKind.Timestamp && oid == PostgresTypes.Date);

    static bool IsNumber(uint oid) =>
        oid is PostgresTypes.Int2 or PostgresTypes.Int4 or PostgresTypes.Int8 or PostgresTypes.Float4 or PostgresTypes.Float8 or PostgresTypes.Numeric;
}
