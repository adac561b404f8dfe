using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Lowering;
using SqlStream.Planner.Optimizer;
using SqlStream.Planner.Physical;
using SqlStream.Planner.Statements;
using SqlStream.Planner.Validation;

namespace SqlStream.Planner;

/// <summary>Syntax trees to plans: the only entry of the planner. What becomes a job goes through
/// Bind, Optimize, Lower and Validate, in that order.</summary>
/// <remarks>Thread-safe. Touches nothing outside, and changes nothing: the catalog is a snapshot.</remarks>
public static class SqlPlanner
{
    /// <summary>Plans a statement. Raises <see cref="SqlException"/> with every error that was found.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="source">The text it was parsed from, to which its positions refer.</param>
    /// <param name="context">What it depends on.</param>
    public static StatementPlan Plan(StatementSyntax statement, SourceText source, PlannerContext context)
    {
        try
        {
            return new StatementPlanner(context, source).Plan(statement);
        }
        catch (SqlException exception) when (QuotedText.IsBlamed(exception, source))
        {
            throw QuotedText.WithHints(exception, source);
        }
    }

    /// <summary>What the connector of a table knows of it. Raises what is wrong with its options.</summary>
    public static (IConnector Connector, ConnectorTable Table) Connect(TableDefinition table, IConnectorCatalog connectors) =>
        TableReader.Connect(table, table.Options, connectors);

    /// <summary>The stages of a statement that becomes a job.</summary>
    internal static JobStages Stages(StatementSyntax statement, PlannerContext context)
    {
        var binding = new BindContext(context);
        var bound = new Binder(binding).Bind(statement);
        var optimizer = new LogicalOptimizer(binding.Folder);
        ValueList<LogicalNode> optimized = [.. bound.Roots.Select(optimizer.Optimize)];
        var physical = new LogicalLowering(context.Options.RuntimeMode, context.Options.AggregatePhases, context.Session, context.Options.StateTtl).Lower(optimized);
        if (context.Options.StateTtl == TimeSpan.Zero)
            EndlessJoins.Warn(optimized, binding);
        PlanValidator.Validate(physical, bound.Spans);
        var changing = UpdateDeterminism.Find(physical, bound.Spans);
        if (context.Options.RefusesChangingValues && changing.Count > 0)
            throw new SqlException([.. changing.Select(PlanErrors.AsError)]);
        foreach (var warning in changing)
            binding.Warn(warning);
        return new JobStages(bound with { Warnings = binding.Warnings }, optimized, physical);
    }
}

/// <summary>What each stage of planning a job gave.</summary>
sealed record JobStages(BoundStatement Bound, ValueList<LogicalNode> Optimized, PhysicalPlan Physical);
