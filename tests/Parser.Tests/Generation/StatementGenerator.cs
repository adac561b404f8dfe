using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.Parser.Tests.Generation;

/// <summary>Random statements of every kind.</summary>
sealed class StatementGenerator
{
    readonly SyntaxGenerator _random;
    readonly QueryGenerator _queries;
    readonly ExpressionGenerator _expressions;
    readonly Func<int, StatementSyntax>[] _kinds;

    public StatementGenerator(SyntaxGenerator random)
    {
        _random = random;
        _queries = new QueryGenerator(random);
        _expressions = _queries.Expressions;
        _kinds =
        [
            depth => new QueryStatement(_queries.Any(depth)),
            depth => new QueryStatement(_queries.Any(depth)),
            Insert,
            depth => Set(depth),
            depth => new ExplainStatement(_random.Chance(50) ? _random.Any<ExplainStage>() : null, [], Explained(depth)),
            depth => new ExplainStatement(null, [.. _random.Some(1, () => _random.Any<ExplainDetail>())], Explained(depth)),
            depth => Table(depth),
            View,
            _ => new CreateCatalog(_random.Name(), _random.Chance(50), _random.Maybe(_random.TextValue), _random.Options(0)),
            _ => new CreateDatabase(_random.Path(2), _random.Chance(50), _random.Maybe(_random.TextValue), _random.Options(0)),
            _ => Function(),
            _ => Drop(),
            depth => new AlterTable(_random.Path(3), _random.Chance(50), Action(depth)),
            depth => new AlterTable(_random.Path(3), _random.Chance(50), Action(depth)),
            depth => _random.Chance(50)
                ? new AlterView(_random.Path(3), _random.Path(3), null)
                : new AlterView(_random.Path(3), null, _queries.Any(depth)),
            _ => new AlterDatabase(_random.Path(2), _random.Options(1)),
            _ => AlterCatalog(),
            _ => AlterFunction(),
            depth => new DeleteStatement(_random.Path(3), _random.Maybe(() => _expressions.Any(depth))),
            depth => new UpdateStatement(
                _random.Path(3), _random.Some(1, () => new Assignment(_random.Name(), _expressions.Any(depth))),
                _random.Maybe(() => _expressions.Any(depth))),
            _ => new TruncateTable(_random.Path(3)),
            Compile,
            _ => new ExecutePlan(_random.Text()),
            _ => Session(),
            _ => Session(),
            _ => Session(),
        ];
    }

    public StatementSyntax Any(int depth) => _random.One<Func<int, StatementSyntax>>(_kinds)(depth);

    InsertStatement Insert(int depth) => new(_random.Path(3), _random.Names(0), _queries.Any(depth))
    {
        Overwrite = _random.Chance(30),
        Partition = _random.Chance(60) ? [] : Partition(depth),
        Hints = _random.Hints(),
        OnConflict = _random.Chance(30) ? _random.Any<ConflictAction>() : null,
    };

    ValueList<PartitionValue> Partition(int depth) =>
        _random.Some(1, () => new PartitionValue(_random.Name(), _random.Maybe(() => _expressions.Any(depth))));

    StatementSet Set(int depth) => new(_random.Some(1, () => Insert(depth)));

    StatementSyntax Explained(int depth) => _random.Number(4) switch
    {
        0 => Insert(depth),
        1 => Set(depth),
        2 => Table(depth),
        _ => new QueryStatement(_queries.Any(depth)),
    };

    CompilePlan Compile(int depth)
    {
        var plan = new CompilePlan(_random.Text(), _random.Chance(50) ? Insert(depth) : Set(depth));
        return _random.Number(3) switch { 0 => plan with { Execute = true }, 1 => plan with { IfNotExists = true }, _ => plan };
    }

    CreateTable Table(int depth)
    {
        var query = _random.Chance(30) ? _queries.Any(depth) : null;
        var table = new CreateTable(_random.Path(3), _random.Some(0, () => query is not null && _random.Chance(30) ? new NamedColumn(_random.Name()) : Element(depth)))
        {
            Temporary = _random.Chance(30),
            IfNotExists = _random.Chance(30),
            Replace = _random.Chance(20),
            Comment = _random.Maybe(_random.TextValue),
            Distribution = _random.Maybe(Distribution),
            PartitionedBy = _random.Names(0),
            Options = _random.Options(0),
            Like = query is null ? _random.Maybe(Like) : null,
            Query = query,
        };
        return table.Replace && !table.Temporary && _random.Chance(50) ? table with { MustExist = true } : table;
    }

    TableElement Element(int depth) => _random.Number(6) switch
    {
        0 => new ComputedColumn(_random.Name(), _expressions.Any(depth)) { Comment = _random.Maybe(_random.TextValue) },
        1 => new MetadataColumn(_random.Name(), _random.Type(depth), _random.Maybe(_random.TextValue), _random.Chance(50))
        {
            Comment = _random.Maybe(_random.TextValue),
        },
        2 => new WatermarkElement(_random.Path(2), _expressions.Any(depth)),
        3 => new PrimaryKeyElement(_random.Maybe(_random.Name), _random.Names(1), _random.Chance(70)),
        _ => new PhysicalColumn(_random.Name(), _random.Type(depth))
        {
            Comment = _random.Maybe(_random.TextValue),
            PrimaryKey = _random.Maybe(() => new PrimaryKeyElement(_random.Maybe(_random.Name), [], _random.Chance(70))),
        },
    };

    DistributionSyntax Distribution() => _random.Chance(30)
        ? new DistributionSyntax(null, [], _random.Number(10))
        : new DistributionSyntax(_random.One<string?>(null, "HASH", "RANGE"), _random.Names(1), _random.Chance(50) ? _random.Number(10) : null);

    LikeClause Like() => new(_random.Path(3), _random.Some(0, () => new LikeOption(_random.Any<LikeMode>(), _random.One(
        "ALL", "CONSTRAINTS", "DISTRIBUTION", "PARTITIONS", "GENERATED", "METADATA", "OPTIONS", "WATERMARKS"))));

    CreateView View(int depth) => new(
        _random.Path(3), _random.Some(0, () => (ColumnElement)new NamedColumn(_random.Name()) { Comment = _random.Maybe(_random.TextValue) }), _queries.Any(depth))
    {
        Temporary = _random.Chance(30),
        IfNotExists = _random.Chance(30),
        Replace = _random.Chance(30),
        Comment = _random.Maybe(_random.TextValue),
    };

    CreateFunction Function()
    {
        var temporary = _random.Chance(50);
        return new CreateFunction(_random.Path(3), _random.TextValue())
        {
            Temporary = temporary,
            System = temporary && _random.Chance(50),
            IfNotExists = _random.Chance(50),
            Language = _random.Maybe(() => _random.One("JAVA", "CSHARP")),
            Resources = Resources(),
            Options = _random.Options(0),
        };
    }

    AlterFunction AlterFunction()
    {
        var temporary = _random.Chance(50);
        return new AlterFunction(_random.Path(3), _random.TextValue())
        {
            Temporary = temporary,
            System = temporary && _random.Chance(50),
            IfExists = _random.Chance(50),
            Language = _random.Maybe(() => _random.One("JAVA", "CSHARP")),
            Resources = Resources(),
        };
    }

    ValueList<FunctionResource> Resources() =>
        _random.Some(0, () => new FunctionResource(_random.One("JAR", "ARTIFACT", "ASSEMBLY"), _random.TextValue()));

    DropStatement Drop()
    {
        var kind = _random.Any<ObjectKind>();
        var temporary = kind is ObjectKind.Table or ObjectKind.View or ObjectKind.Function && _random.Chance(50);
        return new DropStatement(kind, _random.Path(3), _random.Chance(50))
        {
            Temporary = temporary,
            System = kind == ObjectKind.Function && temporary && _random.Chance(50),
            Cascade = kind == ObjectKind.Database && _random.Chance(50),
        };
    }

    AlterTableAction Action(int depth) => _random.Number(13) switch
    {
        0 => new DropColumns(_random.Names(1)),
        1 => new DropPrimaryKey(),
        2 => new DropConstraint(_random.Name()),
        3 => new DropWatermark(),
        4 => new RenameColumn(_random.Name(), _random.Name()),
        5 => new RenameTable(_random.Path(3)),
        6 => new SetTableOptions(_random.Options(1)),
        7 => new ResetTableOptions(_random.Some(1, _random.Text)),
        8 => new AlterDistribution(_random.Chance(50), Distribution()),
        9 => new DropDistribution(),
        10 => new AddPartitions(_random.Chance(50), _random.Some(1, () => new AddedPartition(Partition(depth), _random.Options(0)))),
        11 => new DropPartitions(_random.Chance(50), _random.Some(1, () => new PartitionSpec(Partition(depth)))),
        _ => new AlterElements(_random.Chance(50), _random.Some(1, () => Added(depth))),
    };

    AlterElement Added(int depth)
    {
        var place = _random.Number(3);
        return new AlterElement(Element(depth), place == 0, place == 1 ? _random.Name() : null);
    }

    AlterCatalog AlterCatalog() => _random.Number(3) switch
    {
        0 => new AlterCatalog(_random.Name(), _random.Options(1), [], null),
        1 => new AlterCatalog(_random.Name(), [], _random.Some(1, _random.Text), null),
        _ => new AlterCatalog(_random.Name(), [], [], _random.TextValue()),
    };

    StatementSyntax Session() => _random.Number(17) switch
    {
        0 => new SetStatement(_random.Text(), _random.Text()),
        1 => new SetStatement(null, null),
        2 => new ResetStatement(_random.Maybe(_random.Text)),
        3 => new UseCatalog(_random.Name()),
        4 => new UseDatabase(_random.Path(2)),
        5 or 6 => Show(),
        7 => new ShowCreate(_random.One(ObjectKind.Table, ObjectKind.View, ObjectKind.Catalog), _random.Path(3)),
        8 => new ShowJobs(),
        9 => new ShowJob(_random.Text()),
        10 => new ShowCheckpoints(_random.Maybe(_random.Text)),
        11 => new DescribeStatement(_random.Any<ObjectKind>(), _random.Path(3), _random.Chance(50)),
        12 => new DescribeJob(_random.Text()),
        13 => new CheckpointStatement(_random.Maybe(_random.Text), null),
        14 => new CheckpointStatement(null, _random.Path(3)),
        15 => new SavepointStatement(_random.Text(), _random.Maybe(_random.Text)),
        _ => new StopJob(_random.Text(), _random.Chance(50), _random.Chance(50)),
    };

    ShowStatement Show() => new(
        _random.Any<ShowKind>(), _random.Maybe(() => _random.Path(3)),
        _random.Maybe(() => new ShowFilter(_random.TextValue(), _random.Chance(50), _random.Chance(50))))
    {
        Partition = _random.Chance(80) ? [] : Partition(1),
    };
}
