using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Parser;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Statements;
using SqlStream.Planner.Tests.Doubles;
using CatalogSnapshot = SqlStream.Planner.Catalog.Catalog;

namespace SqlStream.Planner.Tests;

/// <summary>A session without an engine: plans statements one after the other and carries out those that change the
/// catalog or the options.</summary>
sealed class PlanSession(IConnectorCatalog connectors)
{
    public PlanSession()
        : this(TestConnectors.Instance)
    {
    }

    readonly Dictionary<string, string> _options = [];

    public CatalogSnapshot Catalog { get; private set; } = CatalogSnapshot.Empty;

    PlannerContext Context => new(
        Catalog, connectors, TestFunctions.Instance, new SessionOptions(_options),
        new SessionContext(TimeZoneInfo.Utc, TimeProvider.System, new Random(1)));

    /// <summary>Plans every statement of a text, and gives the plan of the last.</summary>
    public StatementPlan Run(string sql)
    {
        var source = new SourceText(sql);
        StatementPlan? last = null;
        foreach (var statement in SqlParser.Parse(source).StatementsOrThrow())
        {
            last = SqlPlanner.Plan(statement.Syntax, source, Context);
            CarryOut(last);
        }
        return last ?? throw new ArgumentException("no statement", nameof(sql));
    }

    /// <summary>Plans a statement without carrying it out; anything but a plan or a message for the user is a
    /// failure.</summary>
    public void PlanOrRefuse(StatementSyntax statement, SourceText source)
    {
        try
        {
            var plan = SqlPlanner.Plan(statement, source, Context);
            if (plan is ExplainPlan explain and { Stage: not ExplainStage.Graph })
                explain.Lines();
        }
        catch (SqlException exception)
        {
            foreach (var diagnostic in exception.Diagnostics)
                Assert.False(string.IsNullOrEmpty(diagnostic.RenderShort(source)));
        }
    }

    void CarryOut(StatementPlan plan)
    {
        switch (plan)
        {
            case CreateTablePlan create when Catalog.Find(create.Table.Name) is null || !create.IfNotExists:
                Catalog = Catalog.With(create.Table);
                break;
            case CreateViewPlan create when Catalog.Find(create.View.Name) is null || !create.IfNotExists:
                Catalog = Catalog.With(create.View);
                break;
            case ChangePlan change:
                foreach (var step in change.Changes)
                    Catalog = Catalog.After(step);
                break;
            case TableAsPlan created:
                CarryOut(created.Create);
                break;
            case DropPlan { Exists: true } drop:
                Catalog = Catalog.Without(drop.Name, drop.Temporary);
                break;
            case SetPlan { Key: { } key, Value: { } value }:
                _options[key] = value;
                break;
            case ResetPlan { Key: { } key }:
                _options.Remove(key);
                break;
            case UsePlan use:
                Catalog = Catalog.WithCurrent(use.Catalog, use.Database);
                break;
            default:
                break;
        }
    }
}
