using SqlStream.Core.Types;

namespace SqlStream.Parser.Syntax;

/// <summary>ALTER TABLE [IF EXISTS] name action.</summary>
public sealed record AlterTable(QualifiedName Name, bool IfExists, AlterTableAction Action) : StatementSyntax;

/// <summary>What ALTER TABLE does.</summary>
public abstract record AlterTableAction : SyntaxNode;

/// <summary>ADD or MODIFY elements.</summary>
public sealed record AlterElements(bool Modify, ValueList<AlterElement> Elements) : AlterTableAction;

/// <summary>One element and where it goes: FIRST, AFTER column, or at the end.</summary>
public sealed record AlterElement(TableElement Element, bool First, Identifier? After) : SyntaxNode;

/// <summary>DROP columns.</summary>
public sealed record DropColumns(ValueList<Identifier> Columns) : AlterTableAction;

/// <summary>DROP PRIMARY KEY.</summary>
public sealed record DropPrimaryKey : AlterTableAction;

/// <summary>DROP CONSTRAINT name.</summary>
public sealed record DropConstraint(Identifier Name) : AlterTableAction;

/// <summary>DROP WATERMARK.</summary>
public sealed record DropWatermark : AlterTableAction;

/// <summary>RENAME column TO column.</summary>
public sealed record RenameColumn(Identifier From, Identifier To) : AlterTableAction;

/// <summary>RENAME TO table.</summary>
public sealed record RenameTable(QualifiedName To) : AlterTableAction;

/// <summary>SET (options).</summary>
public sealed record SetTableOptions(ValueList<OptionSyntax> Options) : AlterTableAction;

/// <summary>RESET (keys).</summary>
public sealed record ResetTableOptions(ValueList<StringLiteral> Keys) : AlterTableAction;

/// <summary>ADD or MODIFY DISTRIBUTED ....</summary>
public sealed record AlterDistribution(bool Modify, DistributionSyntax Distribution) : AlterTableAction;

/// <summary>DROP DISTRIBUTION.</summary>
public sealed record DropDistribution : AlterTableAction;

/// <summary>ADD [IF NOT EXISTS] PARTITION (...) [WITH (...)] ....</summary>
public sealed record AddPartitions(bool IfNotExists, ValueList<AddedPartition> Partitions) : AlterTableAction;

/// <summary>PARTITION (k = v, ...) [WITH (options)].</summary>
public sealed record AddedPartition(ValueList<PartitionValue> Partition, ValueList<OptionSyntax> Options) : SyntaxNode;

/// <summary>DROP [IF EXISTS] PARTITION (...), ....</summary>
public sealed record DropPartitions(bool IfExists, ValueList<PartitionSpec> Partitions) : AlterTableAction;

/// <summary>PARTITION (k = v, ...).</summary>
public sealed record PartitionSpec(ValueList<PartitionValue> Values) : SyntaxNode;

/// <summary>ALTER VIEW name RENAME TO name, or AS query: exactly one of the two is there.</summary>
public sealed record AlterView(QualifiedName Name, QualifiedName? RenameTo, QuerySyntax? Query) : StatementSyntax;

/// <summary>ALTER [TEMPORARY [SYSTEM]] FUNCTION [IF EXISTS] name AS 'class' ....</summary>
/// <param name="Name">What the function is called in SQL.</param>
/// <param name="ClassName">The implementing class.</param>
public sealed record AlterFunction(QualifiedName Name, string ClassName) : StatementSyntax
{
    /// <summary>TEMPORARY.</summary>
    public bool Temporary { get; init; }

    /// <summary>TEMPORARY SYSTEM.</summary>
    public bool System { get; init; }

    /// <summary>IF EXISTS.</summary>
    public bool IfExists { get; init; }

    /// <summary>LANGUAGE, in upper case; null where not written.</summary>
    public string? Language { get; init; }

    /// <summary>USING: files that hold the class.</summary>
    public ValueList<FunctionResource> Resources { get; init; }
}

/// <summary>ALTER DATABASE name SET (options).</summary>
public sealed record AlterDatabase(QualifiedName Name, ValueList<OptionSyntax> Options) : StatementSyntax;

/// <summary>ALTER CATALOG name SET (options), RESET (keys) or COMMENT 'text'.</summary>
public sealed record AlterCatalog(
    Identifier Name, ValueList<OptionSyntax> Options, ValueList<StringLiteral> ResetKeys, string? Comment)
    : StatementSyntax;
