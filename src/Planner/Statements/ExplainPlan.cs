using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Statements;

/// <summary>EXPLAIN: a statement at one of its stages, as text. It has been planned to the end, so that its errors are
/// known.</summary>
public sealed record ExplainPlan : StatementPlan
{
    readonly StatementSyntax _statement;
    readonly JobStages? _stages;

    internal ExplainPlan(ExplainStage stage, StatementSyntax statement, JobStages? stages)
    {
        Stage = stage;
        _statement = statement;
        _stages = stages;
    }

    /// <summary>The stage.</summary>
    public ExplainStage Stage { get; }

    /// <summary>The physical plan; null for <see cref="ExplainStage.Syntax"/>.</summary>
    public PhysicalPlan? Physical => _stages?.Physical;

    /// <summary>The text, line by line.</summary>
    /// <param name="graph">Renders <see cref="ExplainStage.Graph"/>, which is a matter of the execution.</param>
    public IReadOnlyList<string> Lines(IGraphExplainer? graph = null)
    {
        switch (Stage)
        {
            case ExplainStage.Syntax:
                return SqlPrinter.Print(_statement).Split('\n');
            case ExplainStage.Logical:
                return ExplainPrinter.Print(_stages!.Bound.Roots.Select(ExplainTrees.Of));
            case ExplainStage.Optimized:
                return ExplainPrinter.Print(_stages!.Optimized.Select(ExplainTrees.Of));
            case ExplainStage.Physical:
                return ExplainPrinter.Print(ExplainTrees.Of(_stages!.Physical));
            case ExplainStage.Graph:
                return graph?.Explain(_stages!.Physical)
                    ?? throw new SqlException(SqlState.FeatureNotSupported, "EXPLAIN GRAPH is not supported here");
            default:
                throw new UnreachableException($"stage {Stage} has no text");
        }
    }
}

/// <summary>Renders the job graph of a plan for EXPLAIN GRAPH.</summary>
public interface IGraphExplainer
{
    /// <summary>The text, line by line; <see cref="ExplainPrinter"/> lays it out.</summary>
    IReadOnlyList<string> Explain(PhysicalPlan plan);
}
