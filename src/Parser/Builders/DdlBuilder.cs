using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using static SqlStream.Parser.Builders.SyntaxBuilder;
using static SqlStream.Parser.Generated.SqlStreamParser;

namespace SqlStream.Parser.Builders;

/// <summary>CREATE and DROP.</summary>
static class DdlBuilder
{
    public static StatementSyntax Create(CreateStatementContext context)
    {
        var temporary = Has(context, TEMPORARY);
        var ifNotExists = Has(context, IF);
        return context switch
        {
            CreateTableContext table => Table(table.tableDefinition()) with
            {
                Temporary = temporary,
                Replace = table.REPLACE() is not null,
            },
            CreateViewContext view => new CreateView(
                Path(view.qualifiedName()), Map(view.viewColumn(), ViewColumn), QueryBuilder.Build(view.query()))
            {
                Temporary = temporary,
                IfNotExists = ifNotExists,
                Replace = view.REPLACE() is not null,
                Comment = Comment(view.comment()),
            },
            CreateCatalogContext catalog => new CreateCatalog(
                Name(catalog.identifier()), ifNotExists, Comment(catalog.comment()), Options(catalog.withOptions())),
            CreateDatabaseContext database => new CreateDatabase(
                Path(database.qualifiedName()), ifNotExists, Comment(database.comment()), Options(database.withOptions())),
            CreateFunctionContext function => new CreateFunction(Path(function.qualifiedName()), Text(function.text()).Value)
            {
                Temporary = temporary,
                System = function.SYSTEM() is not null,
                IfNotExists = ifNotExists,
                Language = function.identifier()?.GetText().ToUpperInvariant(),
                Resources = Map(function.functionResource(), Resource),
                Options = Options(function.withOptions()),
            },
            _ => throw SyntaxErrors.NoCase(context),
        };
    }

    public static CreateTable Table(TableDefinitionContext context)
    {
        var elements = Map(context.tableElement(), Element);
        if (context.query() is null)
            RefuseNamedColumns(elements);
        return new CreateTable(Path(context.qualifiedName()), elements)
        {
            IfNotExists = context.IF() is not null,
            Comment = Comment(context.comment()),
            Distribution = context.distribution() is { } distribution ? Distribution(distribution) : null,
            PartitionedBy = Names(context.partitionedBy()?.columnList()),
            Options = Options(context.withOptions()),
            Like = context.likeClause() is { } like ? Like(like) : null,
            Query = context.query() is { } query ? QueryBuilder.Build(query) : null,
        };
    }

    public static DropStatement Drop(DropStatementContext context)
    {
        var kind = context.TABLE() is not null ? ObjectKind.Table
            : context.VIEW() is not null ? ObjectKind.View
            : context.FUNCTION() is not null ? ObjectKind.Function
            : context.DATABASE() is not null ? ObjectKind.Database
            : ObjectKind.Catalog;
        return new DropStatement(kind, Path(context.qualifiedName()), context.IF() is not null)
        {
            Temporary = context.TEMPORARY() is not null,
            System = context.SYSTEM() is not null,
            Cascade = context.CASCADE() is not null,
        };
    }

    public static TableElement Element(TableElementContext context)
    {
        TableElement built = context switch
        {
            PhysicalColumnContext column => new PhysicalColumn(Name(column.columnName()), TypeBuilder.Build(column.type()))
            {
                PrimaryKey = column.columnConstraint() is { } key ? Key(key) : null,
                Comment = Comment(column.comment()),
            },
            MetadataColumnContext column => new MetadataColumn(
                Name(column.columnName()),
                TypeBuilder.Build(column.type()),
                column.text() is { } key ? Text(key).Value : null,
                column.VIRTUAL() is not null)
            {
                Comment = Comment(column.comment()),
            },
            ComputedColumnContext column => new ComputedColumn(
                Name(column.columnName()), ExpressionBuilder.Build(column.expression()))
            {
                Comment = Comment(column.comment()),
            },
            NamedColumnContext column => new NamedColumn(Name(column.columnName())),
            WatermarkContext watermark => new WatermarkElement(
                new QualifiedName(Path(watermark.columnPath()).Parts) { Span = Span(watermark.columnPath()) },
                ExpressionBuilder.Build(watermark.expression())),
            PrimaryKeyContext key => new PrimaryKeyElement(
                key.identifier() is { } name ? Name(name) : null, Names(key.columnList()), key.NOT() is not null),
            _ => throw SyntaxErrors.NoCase(context),
        };
        return built with { Span = Span(context) };
    }

    public static void RefuseNamedColumns(ValueList<TableElement> elements)
    {
        foreach (var element in elements)
        {
            if (element is NamedColumn column)
                throw new SqlException(SyntaxErrors.ColumnWithoutType(column.Span, column.Name.Text));
        }
    }

    public static ValueList<OptionSyntax> Options(WithOptionsContext? context) =>
        context is null ? [] : Map(context.option(), Option);

    public static OptionSyntax Option(OptionContext context) =>
        new(Text(context.text(0)), Text(context.text(1))) { Span = Span(context) };

    static ColumnElement ViewColumn(ViewColumnContext context) =>
        new NamedColumn(Name(context.columnName())) { Comment = Comment(context.comment()), Span = Span(context) };

    static PrimaryKeyElement Key(ColumnConstraintContext context) =>
        new(context.identifier() is { } name ? Name(name) : null, [], context.NOT() is not null) { Span = Span(context) };

    public static DistributionSyntax Distribution(DistributionContext context) =>
        new(
            context.identifier()?.GetText().ToUpperInvariant(),
            Names(context.columnList()),
            context.INTEGER_NUMBER() is { } buckets ? SmallNumber(buckets) : null)
        {
            Span = Span(context),
        };

    static LikeClause Like(LikeClauseContext context) =>
        new(Path(context.qualifiedName()), Map(context.likeOption(), LikeOption)) { Span = Span(context) };

    static LikeOption LikeOption(LikeOptionContext context)
    {
        var mode = context.INCLUDING() is not null ? LikeMode.Including
            : context.EXCLUDING() is not null ? LikeMode.Excluding
            : LikeMode.Overwriting;
        return new LikeOption(mode, context.Stop.Text.ToUpperInvariant()) { Span = Span(context) };
    }

    public static FunctionResource Resource(FunctionResourceContext context) =>
        new(context.Start.Text.ToUpperInvariant(), Text(context.text()).Value) { Span = Span(context) };
}
