using SqlStream.Core.Types;

namespace SqlStream.Parser.Syntax;

/// <summary>One entry in the parentheses of CREATE TABLE.</summary>
public abstract record TableElement : SyntaxNode;

/// <summary>A column. In CREATE VIEW and in a column list of CREATE TABLE AS, a column has a name only.</summary>
public abstract record ColumnElement(Identifier Name) : TableElement
{
    /// <summary>COMMENT 'text'.</summary>
    public string? Comment { get; init; }
}

/// <summary>name type [PRIMARY KEY NOT ENFORCED] [COMMENT 'text'].</summary>
public sealed record PhysicalColumn(Identifier Name, TypeSyntax Type) : ColumnElement(Name)
{
    /// <summary>PRIMARY KEY NOT ENFORCED right after the type.</summary>
    public PrimaryKeyElement? PrimaryKey { get; init; }
}

/// <summary>name AS expression.</summary>
public sealed record ComputedColumn(Identifier Name, ExpressionSyntax Expression) : ColumnElement(Name);

/// <summary>name type METADATA [FROM 'key'] [VIRTUAL]; without a key it is the column's name.</summary>
public sealed record MetadataColumn(Identifier Name, TypeSyntax Type, string? Key, bool Virtual) : ColumnElement(Name);

/// <summary>A mere name, where the query of CREATE TABLE ... AS gives the types.</summary>
public sealed record NamedColumn(Identifier Name) : ColumnElement(Name);

/// <summary>WATERMARK FOR column AS expression.</summary>
public sealed record WatermarkElement(QualifiedName Column, ExpressionSyntax Expression) : TableElement;

/// <summary>[CONSTRAINT name] PRIMARY KEY (columns) [NOT] ENFORCED.</summary>
/// <param name="Constraint">The constraint's name, if any.</param>
/// <param name="Columns">Empty where written at a column.</param>
/// <param name="NotEnforced">NOT ENFORCED was written.</param>
public sealed record PrimaryKeyElement(
    Identifier? Constraint, ValueList<Identifier> Columns, bool NotEnforced) : TableElement;

/// <summary>DISTRIBUTED BY [HASH | RANGE] (columns) [INTO n BUCKETS].</summary>
public sealed record DistributionSyntax(string? Kind, ValueList<Identifier> Columns, int? Buckets) : SyntaxNode;

/// <summary>LIKE table [(options)].</summary>
public sealed record LikeClause(QualifiedName Source, ValueList<LikeOption> Options) : SyntaxNode;

/// <summary>INCLUDING, EXCLUDING or OVERWRITING, and of what: ALL, CONSTRAINTS, DISTRIBUTION, PARTITIONS, GENERATED,
/// METADATA, OPTIONS or WATERMARKS, in upper case.</summary>
public sealed record LikeOption(LikeMode Mode, string Feature) : SyntaxNode;

/// <summary>What LIKE does with a feature of its source.</summary>
public enum LikeMode
{
    /// <summary>INCLUDING.</summary>
    Including,

    /// <summary>EXCLUDING.</summary>
    Excluding,

    /// <summary>OVERWRITING.</summary>
    Overwriting,
}

/// <summary>CREATE [OR REPLACE] [TEMPORARY] TABLE.</summary>
public sealed record CreateTable(QualifiedName Name, ValueList<TableElement> Elements) : StatementSyntax
{
    /// <summary>TEMPORARY.</summary>
    public bool Temporary { get; init; }

    /// <summary>IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }

    /// <summary>CREATE OR REPLACE TABLE, or REPLACE TABLE.</summary>
    public bool Replace { get; init; }

    /// <summary>REPLACE TABLE: there must be one to replace.</summary>
    public bool MustExist { get; init; }

    /// <summary>COMMENT 'text'.</summary>
    public string? Comment { get; init; }

    /// <summary>DISTRIBUTED BY or INTO.</summary>
    public DistributionSyntax? Distribution { get; init; }

    /// <summary>PARTITIONED BY.</summary>
    public ValueList<Identifier> PartitionedBy { get; init; }

    /// <summary>WITH (...).</summary>
    public ValueList<OptionSyntax> Options { get; init; }

    /// <summary>LIKE other.</summary>
    public LikeClause? Like { get; init; }

    /// <summary>AS query.</summary>
    public QuerySyntax? Query { get; init; }
}

/// <summary>CREATE [TEMPORARY] VIEW. The span of the query is what the user wrote, for SHOW CREATE VIEW.</summary>
public sealed record CreateView(
    QualifiedName Name, ValueList<ColumnElement> Columns, QuerySyntax Query) : StatementSyntax
{
    /// <summary>TEMPORARY.</summary>
    public bool Temporary { get; init; }

    /// <summary>IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }

    /// <summary>OR REPLACE.</summary>
    public bool Replace { get; init; }

    /// <summary>COMMENT 'text'.</summary>
    public string? Comment { get; init; }
}

/// <summary>CREATE CATALOG.</summary>
public sealed record CreateCatalog(
    Identifier Name, bool IfNotExists, string? Comment, ValueList<OptionSyntax> Options) : StatementSyntax;

/// <summary>CREATE DATABASE.</summary>
public sealed record CreateDatabase(
    QualifiedName Name, bool IfNotExists, string? Comment, ValueList<OptionSyntax> Options)
    : StatementSyntax;

/// <summary>CREATE [TEMPORARY [SYSTEM]] FUNCTION name AS 'class' [LANGUAGE language] [USING kind 'path',
/// ...].</summary>
/// <param name="Name">What the function is called in SQL.</param>
/// <param name="ClassName">The implementing class.</param>
public sealed record CreateFunction(QualifiedName Name, string ClassName) : StatementSyntax
{
    /// <summary>TEMPORARY.</summary>
    public bool Temporary { get; init; }

    /// <summary>TEMPORARY SYSTEM.</summary>
    public bool System { get; init; }

    /// <summary>IF NOT EXISTS.</summary>
    public bool IfNotExists { get; init; }

    /// <summary>LANGUAGE, in upper case; null where not written.</summary>
    public string? Language { get; init; }

    /// <summary>USING: files that hold the class.</summary>
    public ValueList<FunctionResource> Resources { get; init; }

    /// <summary>WITH (...).</summary>
    public ValueList<OptionSyntax> Options { get; init; }
}

/// <summary>JAR, ARTIFACT or ASSEMBLY (in upper case) and a path.</summary>
public sealed record FunctionResource(string Kind, string Path) : SyntaxNode;

/// <summary>DROP [TEMPORARY [SYSTEM]] kind [IF EXISTS] name [RESTRICT | CASCADE].</summary>
public sealed record DropStatement(ObjectKind Kind, QualifiedName Name, bool IfExists) : StatementSyntax
{
    /// <summary>TEMPORARY.</summary>
    public bool Temporary { get; init; }

    /// <summary>TEMPORARY SYSTEM, of a function.</summary>
    public bool System { get; init; }

    /// <summary>CASCADE, of a database.</summary>
    public bool Cascade { get; init; }
}

/// <summary>What can be created, dropped and described.</summary>
public enum ObjectKind
{
#pragma warning disable CS1591 // The names are the keywords.
    Table,
    View,
    Function,
    Database,
    Catalog,
#pragma warning restore CS1591
}
