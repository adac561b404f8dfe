using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using static SqlStream.Parser.Builders.SyntaxBuilder;
using static SqlStream.Parser.Generated.SqlStreamParser;

namespace SqlStream.Parser.Builders;

/// <summary>ALTER.</summary>
static class AlterBuilder
{
    public static StatementSyntax Build(AlterStatementContext context) => context switch
    {
        AlterTableContext table => new AlterTable(
            Path(table.qualifiedName()), table.IF() is not null, Action(table.alterTableAction())),
        AlterViewContext view => new AlterView(
            Path(view.qualifiedName(0)),
            view.qualifiedName().Length > 1 ? Path(view.qualifiedName(1)) : null,
            view.query() is { } query ? QueryBuilder.Build(query) : null),
        AlterFunctionContext function => new AlterFunction(Path(function.qualifiedName()), Text(function.text()).Value)
        {
            Temporary = function.TEMPORARY() is not null,
            System = function.SYSTEM() is not null,
            IfExists = function.IF() is not null,
            Language = function.identifier()?.GetText().ToUpperInvariant(),
            Resources = Map(function.functionResource(), DdlBuilder.Resource),
        },
        AlterDatabaseContext database => new AlterDatabase(Path(database.qualifiedName()), Options(database.optionList())),
        AlterCatalogContext catalog => new AlterCatalog(
            Name(catalog.identifier()),
            Options(catalog.optionList()),
            Keys(catalog.keyList()),
            catalog.text() is { } comment ? Text(comment).Value : null),
        _ => throw SyntaxErrors.NoCase(context),
    };

    static AlterTableAction Action(AlterTableActionContext context)
    {
        AlterTableAction built = context switch
        {
            AlterElementsContext elements => Elements(elements),
            AlterDistributionContext alter => new AlterDistribution(
                alter.MODIFY() is not null, DdlBuilder.Distribution(alter.distribution())),
            DropDistributionContext => new DropDistribution(),
            AddPartitionsContext add => new AddPartitions(add.IF() is not null, Map(add.addedPartition(), Added)),
            DropPartitionsContext drop => new DropPartitions(drop.IF() is not null, Map(drop.partitionSpec(), Partition)),
            DropPrimaryKeyContext => new DropPrimaryKey(),
            DropConstraintContext constraint => new DropConstraint(Name(constraint.identifier())),
            DropWatermarkContext => new DropWatermark(),
            DropColumnsContext drop => new DropColumns(
                drop.columnName() is { } column ? [Name(column)] : Names(drop.columnList())),
            RenameTableContext rename => new RenameTable(Path(rename.qualifiedName())),
            RenameColumnContext rename => new RenameColumn(Name(rename.columnName(0)), Name(rename.columnName(1))),
            SetTableOptionsContext set => new SetTableOptions(Options(set.optionList())),
            ResetTableOptionsContext reset => new ResetTableOptions(Keys(reset.keyList())),
            _ => throw SyntaxErrors.NoCase(context),
        };
        return built with { Span = Span(context) };
    }

    static AddedPartition Added(AddedPartitionContext context) =>
        new(StatementBuilder.Partition(context.partitionSpec()), DdlBuilder.Options(context.withOptions())) { Span = Span(context) };

    static PartitionSpec Partition(PartitionSpecContext context) =>
        new(StatementBuilder.Partition(context)) { Span = Span(context) };

    static AlterElements Elements(AlterElementsContext context)
    {
        var elements = Map(context.alterElement(), Element);
        DdlBuilder.RefuseNamedColumns(elements.Map(element => element.Element));
        return new AlterElements(context.MODIFY() is not null, elements);
    }

    static AlterElement Element(AlterElementContext context) =>
        new(
            DdlBuilder.Element(context.tableElement()),
            context.FIRST() is not null,
            context.columnName() is { } after ? Name(after) : null)
        {
            Span = Span(context),
        };

    static ValueList<OptionSyntax> Options(OptionListContext? context) =>
        context is null ? [] : Map(context.option(), DdlBuilder.Option);

    static ValueList<StringLiteral> Keys(KeyListContext? context) => context is null ? [] : Map(context.text(), Text);
}
