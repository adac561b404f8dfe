using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Engine.Values;

/// <summary>The messages of mapping between columns and .NET types.</summary>
static class ValueErrors
{
    public static SqlException DecimalTooLong() => new(
        SqlState.NumericValueOutOfRange, "value has more digits than a .NET decimal holds", "CAST it to a shorter DECIMAL, or to STRING.");

    public static SqlException OutOfRange(SqlType type) => new(SqlState.NumericValueOutOfRange, $"value is out of range for type {type.Name}");

    public static SqlException CannotRead(string column, SqlType type, Type target) => new(
        SqlState.DatatypeMismatch, $"column \"{column}\" of type {type.Name} cannot be read as {ClrTypes.NameOf(target)}",
        $"It can be read as {ClrTypes.NameOf(ClrTypes.NaturalType(type))}; or CAST it.");

    public static SqlException CannotWrite(string column, SqlType type, Type source) => new(
        SqlState.DatatypeMismatch, $"column \"{column}\" of type {type.Name} cannot be written from {ClrTypes.NameOf(source)}",
        $"Write it from {ClrTypes.NameOf(ClrTypes.NaturalType(type))}.");

    public static SqlException NullNotExpected(string column, string member) => new(
        SqlState.NullValueNotAllowed, $"column \"{column}\" is NULL, but {member} cannot be null", "Make it nullable, or use COALESCE in the query.");

    public static SqlException NullNotAllowed(string column) => new(
        SqlState.NotNullViolation, $"column \"{column}\" is NOT NULL, but the value is null");

    public static SqlException NoMember(string column, Type type) => new(
        SqlState.UndefinedColumn, $"column \"{column}\" has no member in type {ClrTypes.NameOf(type)}",
        "Name the columns to read, or give them the names of members with AS.");

    public static SqlException NoColumn(string member, Type type, IEnumerable<string> columns) => new(
        SqlState.UndefinedColumn, $"member \"{member}\" of type {ClrTypes.NameOf(type)} has no column",
        NearestName.Hint(member, columns) ?? $"Columns are {string.Join(", ", columns)}.");

    public static SqlException SameColumn(string member, string column) => new(
        SqlState.AmbiguousColumn, $"member \"{member}\" has several columns with names like \"{column}\"", "Give them different names with AS.");

    public static SqlException ColumnMissing(string column, Type type) => new(
        SqlState.NotNullViolation, $"column \"{column}\" is NOT NULL, but type {ClrTypes.NameOf(type)} has no member of that name");

    public static SqlException WrongWidth(Type type, int expected, int columns) => new(
        SqlState.DatatypeMismatch, $"type {ClrTypes.NameOf(type)} has {expected} values, but there are {columns} columns");

    public static SqlException NullRow(Type type) => new(
        SqlState.NullValueNotAllowed, $"a row of type {ClrTypes.NameOf(type)} is null", "Leave it out, or write a row whose values are null.");

    public static SqlException NullableRow(Type type) => new(
        SqlState.DatatypeMismatch, $"rows cannot be of type {ClrTypes.NameOf(type)}, which has null", "Write them as the type without the question mark.");

    public static SqlException NoMembers(Type type, IEnumerable<string> columns) => new(
        SqlState.UndefinedColumn, $"type {ClrTypes.NameOf(type)} has no member for any column", $"Columns are {string.Join(", ", columns)}.");

    public static SqlException NotAnInsert(string kind) => new(
        SqlState.InvalidParameterValue, $"a row of kind {kind} cannot be written: rows that are written come", "Take rows away with DELETE, and change them with UPDATE.");

    public static SqlException NoConstructor(Type type) => new(
        SqlState.DatatypeMismatch, $"type {ClrTypes.NameOf(type)} has no public constructor", "Use a record, or a class with settable properties.");
}
