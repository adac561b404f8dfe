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

/// <summary>ALTER VIEW name RENAME TO name, or AS query: exactly one of the two is there.</summary>
public sealed record AlterView(QualifiedName Name, QualifiedName? RenameTo, QuerySyntax? Query) : StatementSyntax;

/// <summary>ALTER DATABASE name SET (options).</summary>
public sealed record AlterDatabase(QualifiedName Name, ValueList<OptionSyntax> Options) : StatementSyntax;

/// <summary>ALTER CATALOG name SET (options), RESET (keys) or COMMENT 'text'.</summary>
public sealed record AlterCatalog(
    Identifier Name, ValueList<OptionSyntax> Options, ValueList<StringLiteral> ResetKeys, string? Comment)
    : StatementSyntax;
