using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>A table or view in a form that can be kept: its statement, and for a view what cannot be found out again while tables that it
/// reads are missing.</summary>
/// <param name="Database">The database that it is in.</param>
/// <param name="Name">Its own name.</param>
/// <param name="Sql">CREATE TABLE or CREATE VIEW.</param>
public sealed record StoredObject(string Database, string Name, string Sql)
{
    /// <summary>Types of a view's columns in order; empty for a table.</summary>
    public IReadOnlyList<string> ColumnTypes { get; init; } = [];

    /// <summary>Where a view looks for plain names; null for the catalog that it is in.</summary>
    public string? CurrentCatalog { get; init; }

    /// <summary>Where a view looks for plain names; null for a table.</summary>
    public string? CurrentDatabase { get; init; }

    /// <summary>The form of a permanent object.</summary>
    public static StoredObject Of(CatalogObject stored)
    {
        var kept = new StoredObject(stored.Name.Database, stored.Name.Name, DdlText.Of(stored));
        return stored is not ViewDefinition view ? kept : kept with
        {
            ColumnTypes = [.. view.Schema.Fields.Select(field => field.Type.ToString())],
            CurrentCatalog = view.CurrentCatalog == view.Name.Catalog ? null : view.CurrentCatalog,
            CurrentDatabase = view.CurrentDatabase,
        };
    }

    /// <summary>The object again, in a catalog that may be called otherwise now. Raises what is wrong with it.</summary>
    public CatalogObject Restore(string catalog, PlannerContext context)
    {
        var source = new SourceText(Sql);
        var statements = SqlParser.Parse(source).StatementsOrThrow();
        var name = new QualifiedName([new Identifier(catalog), new Identifier(Database), new Identifier(Name)]);
        return statements switch
        {
            [{ Syntax: CreateTable table }] => Table(table with { Name = name }, source, context),
            [{ Syntax: CreateView view }] => View(view, new ObjectName(catalog, Database, Name), source),
            _ => throw new SqlException(SqlState.SyntaxError, "the statement creates neither a table nor a view"),
        };

        CatalogObject View(CreateView view, ObjectName full, SourceText text) => new ViewDefinition(full)
        {
            Schema = new Schema([.. view.Columns.Select((column, i) => new Field(column.Name.Text, Type(ColumnTypes[i], context)))]),
            ColumnComments = view.Columns.Any(column => column.Comment is not null) ? view.Columns.Map(column => column.Comment) : [],
            Query = view.Query,
            QueryText = text.Slice(view.Query.Span),
            CurrentCatalog = CurrentCatalog ?? catalog,
            CurrentDatabase = CurrentDatabase ?? Database,
            Comment = view.Comment,
            SqlText = Sql,
        };
    }

    static TableDefinition Table(CreateTable table, SourceText source, PlannerContext context) =>
        SqlPlanner.Plan(table, source, context) is CreateTablePlan plan
            ? plan.Table
            : throw new SqlException(SqlState.SyntaxError, "the statement creates no table by itself");

    static SqlType Type(string text, PlannerContext context)
    {
        var source = new SourceText($"CREATE TABLE t (c {text})");
        var create = (CreateTable)SqlParser.Parse(source).StatementsOrThrow()[0].Syntax;
        var binding = new BindContext(context);
        var type = new TypeBinder(binding).Bind(((PhysicalColumn)create.Elements[0]).Type);
        binding.ThrowIfErrors();
        return type!;
    }
}
