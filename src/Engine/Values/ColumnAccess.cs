using SqlStream.Core.Columns;

namespace SqlStream.Engine.Values;

/// <summary>Reads the value of a row of a column as a .NET value. Thread-safe.</summary>
delegate T ColumnReader<out T>(Column column, int row);

/// <summary>Appends a .NET value to a column. The builder belongs to the caller; the delegate is thread-safe.</summary>
delegate void ColumnWriter<in T>(ColumnBuilder builder, T value);

/// <summary>Makes an object of the values of a row.</summary>
delegate T RowReader<out T>(Column[] columns, int row);

/// <summary>Appends the values of an object to columns, one value each.</summary>
delegate void RowWriter<in T>(ColumnBuilder[] builders, T value);

/// <summary>What a column may be read into or written from: for messages.</summary>
/// <param name="Column">The column.</param>
/// <param name="Member">The member, or the type as a whole.</param>
readonly record struct Mapping(string Column, string Member);
