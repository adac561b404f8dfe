using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Core.Columns;

/// <summary>Makes constant columns and gathers rows.</summary>
public static class ColumnFactory
{
    /// <summary>A column of <paramref name="length"/> rows that all hold one plan-time value (see
    /// <see cref="PlanValue"/> for how values are represented); null is NULL.</summary>
    public static Column Constant(SqlType type, object? value, int length, ColumnPool pool)
    {
        using var builder = ColumnBuilder.Create(type, pool);
        PlanValue.Append(builder, value);
        return builder.Build().TakeAsConstant(length);
    }

    /// <summary>A column of <paramref name="length"/> rows that are all equal to one row of a column.</summary>
    public static Column Repeat(Column source, int row, int length, ColumnPool pool)
    {
        if (source.IsConstant && source.Length == length)
            return source.Retain();
        using var builder = ColumnBuilder.Create(source.Type, pool);
        builder.AppendFrom(source, row);
        return builder.Build().TakeAsConstant(length);
    }

    /// <summary>A column of the given rows of a column, in that order.</summary>
    public static Column Gather(Column source, ReadOnlySpan<int> rows, ColumnPool pool)
    {
        if (source.IsConstant)
            return Resize(source, rows.Length, pool);
        using var builder = ColumnBuilder.Create(source.Type, pool);
        builder.AppendRows(source, rows);
        return builder.Build();
    }

    /// <summary>A constant column with another number of rows.</summary>
    public static Column Resize(Column constant, int length, ColumnPool pool)
    {
        Check.That(constant.IsConstant);
        return Repeat(constant, 0, length, pool);
    }

    /// <summary>A stored column with the values of a constant one; any other column is retained and returned.</summary>
    public static Column Flatten(Column column, ColumnPool pool)
    {
        if (!column.IsConstant)
            return column.Retain();
        using var builder = ColumnBuilder.Create(column.Type, pool);
        builder.AppendRange(column, 0, column.Length);
        return builder.Build();
    }
}
