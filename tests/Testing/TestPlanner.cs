using SqlStream.Connectors;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Functions;
using SqlStream.Parser;
using SqlStream.Planner;
using SqlStream.Planner.Physical;
using SqlStream.Planner.Statements;
using CatalogSnapshot = SqlStream.Planner.Catalog.Catalog;

namespace SqlStream.Testing;

/// <summary>Plans a script without an engine: CREATE and SET statements, then one INSERT, statement set or query.</summary>
public static class TestPlanner
{
    /// <summary>The physical plan of the last statement.</summary>
    public static PhysicalPlan Plan(string script, IConnector connector, SessionContext session)
    {
        var source = new SourceText(script);
        var catalog = CatalogSnapshot.Empty;
        PhysicalPlan? plan = null;
        var options = new Dictionary<string, string>();
        foreach (var statement in SqlParser.Parse(source).StatementsOrThrow())
        {
            var context = new PlannerContext(catalog, new Connectors(connector), BuiltinFunctions.Instance, new SessionOptions(options), session);
            switch (SqlPlanner.Plan(statement.Syntax, source, context))
            {
                case CreateTablePlan create:
                    catalog = catalog.With(create.Table);
                    break;
                case CreateViewPlan create:
                    catalog = catalog.With(create.View);
                    break;
                case SetPlan { Key: { } key, Value: { } value }:
                    options[key] = value;
                    break;
                case InsertPlan insert:
                    plan = insert.Plan;
                    break;
                case QueryPlan query:
                    plan = query.Plan;
                    break;
                default:
                    throw new ArgumentException($"statement '{statement.Text}' makes no plan", nameof(script));
            }
        }
        return plan ?? throw new ArgumentException("no statement makes a plan", nameof(script));
    }

    sealed class Connectors(IConnector connector) : IConnectorCatalog
    {
        IReadOnlyList<IConnector> IConnectorCatalog.Connectors { get; } = [connector];

        public IFormatCatalog Formats { get; } = ((IConnectorCatalog)new BuiltinConnectors()).Formats;
    }
}
