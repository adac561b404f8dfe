using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.Planner.Catalog;

/// <summary>What CREATE TABLE defined. It has been checked: names are unique, the expressions bind, the options are
/// known.</summary>
public sealed record TableDefinition(ObjectName Name) : CatalogObject(Name)
{
    /// <summary>All columns in the order of SELECT *.</summary>
    public required ValueList<ColumnDefinition> Columns { get; init; }

    /// <summary>WATERMARK FOR, if any.</summary>
    public WatermarkDefinition? Watermark { get; init; }

    /// <summary>Names of the primary key's columns, all physical and NOT NULL; empty if there is no key.</summary>
    public ValueList<string> PrimaryKey { get; init; }

    /// <summary>The name of the primary key as a constraint, where one was given.</summary>
    public string? PrimaryKeyName { get; init; }

    /// <summary>Names of the PARTITIONED BY columns, all physical.</summary>
    public ValueList<string> PartitionKeys { get; init; }

    /// <summary>The WITH clause. Positions refer to <see cref="CatalogObject.SqlText"/> or what it was cut
    /// from.</summary>
    public required TableOptions Options { get; init; }

    /// <inheritdoc/>
    public override string Kind => "table";

    /// <summary>The columns that the outside holds, in order.</summary>
    public IEnumerable<PhysicalColumnDefinition> PhysicalColumns => Columns.OfType<PhysicalColumnDefinition>();

    /// <summary>The columns that say something about each row's origin, in order.</summary>
    public IEnumerable<MetadataColumnDefinition> MetadataColumns => Columns.OfType<MetadataColumnDefinition>();
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type with nullability.</param>
/// <param name="Comment">COMMENT 'text'.</param>
public abstract record ColumnDefinition(string Name, SqlType Type, string? Comment);

/// <summary>A column that the outside holds.</summary>
public sealed record PhysicalColumnDefinition(string Name, SqlType Type, string? Comment) : ColumnDefinition(Name, Type, Comment);

/// <summary>A column that the connector fills in, such as the file that a row comes from.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its declared type, to which what the connector gives is cast.</param>
/// <param name="Comment">COMMENT 'text'.</param>
/// <param name="Key">What the connector calls it.</param>
/// <param name="IsVirtual">It is read only: INSERT does not see it.</param>
public sealed record MetadataColumnDefinition(string Name, SqlType Type, string? Comment, string Key, bool IsVirtual)
    : ColumnDefinition(Name, Type, Comment);

/// <summary>A column that is computed from others when the table is read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of the expression.</param>
/// <param name="Comment">COMMENT 'text'.</param>
/// <param name="Expression">Over the physical columns and the computed columns before it.</param>
/// <param name="Text">The expression as written.</param>
public sealed record ComputedColumnDefinition(string Name, SqlType Type, string? Comment, ExpressionSyntax Expression, string Text)
    : ColumnDefinition(Name, Type, Comment);

/// <summary>WATERMARK FOR column AS expression.</summary>
/// <param name="Column">Name of the rowtime column: TIMESTAMP or TIMESTAMP_LTZ of precision 3 at the most.</param>
/// <param name="Expression">Over all columns of the table.</param>
/// <param name="Text">The expression as written.</param>
public sealed record WatermarkDefinition(string Column, ExpressionSyntax Expression, string Text);
