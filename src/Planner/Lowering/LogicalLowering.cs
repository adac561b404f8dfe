using System.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Optimizer.Rules;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Lowering;

/// <summary>Logical plans to one physical plan: chooses operators, adds exchanges, lets updates say what they replace
/// only where somebody needs it, and makes one instance of equal sub-plans.</summary>
sealed class LogicalLowering(RuntimeMode mode, AggregatePhases phases, SessionContext session, TimeSpan stateTtl)
{
    /// <summary>The plan of a job. Raises SS001 where an operator cannot work on its input.</summary>
    public PhysicalPlan Lower(IReadOnlyList<LogicalNode> roots)
    {
        var scans = new ScanLowering(
            new ScanColumns(roots),
            new ScanFields(roots),
            new ScanFilters(roots, session, source => source.SplitColumns),
            new ScanFilters(roots, session, source => source.FilterColumns),
            new ScanPushdown(roots),
            stateTtl);
        var pass = new Pass(mode, new AggregateLowering(mode, phases, stateTtl), new JoinLowering(mode, stateTtl), scans, stateTtl);
        var lowered = roots.Select(root => UpdateBeforeInference.Apply(pass.Lower(root)));
        return new SharedPlans().Share([.. lowered]);
    }

    sealed class Pass(RuntimeMode mode, AggregateLowering aggregates, JoinLowering joins, ScanLowering scans, TimeSpan stateTtl)
    {
        readonly SinkLowering _sinks = new(stateTtl);
        readonly TopNLowering _tops = new(mode, stateTtl);
        readonly OverLowering _overs = new(mode, stateTtl);

        public PhysicalNode Lower(LogicalNode node)
        {
            switch (node)
            {
                case LogicalScan scan:
                    return Scan(scan);
                case LogicalValues values:
                    return new PhysicalValues(values.Columns, values.Rows);
                case LogicalFilter filter:
                    return Calcs.Filter(Lower(filter.Input), filter.Predicate);
                case LogicalProject project:
                    return Calcs.Make(Lower(project.Input), null, project.Projections, project.Names);
                case LogicalAggregate aggregate:
                    return aggregates.Lower(aggregate, Lower(aggregate.Input));
                case LogicalWindowTable { Window: SessionSpec session } window:
                    var timed = InTime(window, session, Lower(window.Input));
                    return new PhysicalSessionTable(AggregateLowering.Partitioned(timed, window.PartitionKeys), session, window.PartitionKeys);
                case LogicalWindowTable window:
                    return window.Window.IsRowWise
                        ? Lower(FormWindowAggregate.RowWise(window))
                        : new PhysicalWindowTable(InTime(window, window.Window, Lower(window.Input)), window.Window);
                case LogicalWindowAggregate aggregate:
                    return aggregates.Lower(aggregate, InTime(aggregate, aggregate.Window, Lower(aggregate.Input)));
                case LogicalProctime proctime:
                    return Proctime(proctime, Lower(proctime.Input));
                case LogicalExpand expand:
                    return new PhysicalExpand(Lower(expand.Input), expand.Keys, expand.Sets);
                case LogicalTemporalJoin join:
                    return TemporalLowering.Lower(join, Lower(join.Left), Lower(join.Right));
                case LogicalLookupJoin join:
                    return LookupLowering.Lower(join, Lower(join.Input));
                case LogicalCorrelate correlate:
                    return new PhysicalCorrelate(
                        Lower(correlate.Input), correlate.Kept, correlate.Table, correlate.Produced, correlate.Names, correlate.IsOuter);
                case LogicalReplicate replicate:
                    return new PhysicalReplicate(Lower(replicate.Input));
                case LogicalTopN top:
                    return _tops.Lower(top, Lower(top.Input));
                case LogicalOver over:
                    return _overs.Lower(over, Lower(over.Input));
                case LogicalSort sort:
                    return Sort(sort, Lower(sort.Input));
                case LogicalJoin join:
                    return joins.Lower(join, Lower(join.Left), Lower(join.Right));
                case LogicalUnion union:
                    return new PhysicalUnion(union.Inputs.Map(Lower));
                case LogicalSink sink:
                    return _sinks.Lower(sink, Lower(sink.Input));
                case LogicalCollect collect:
                    return new PhysicalCollect(Lower(collect.Input));
                default:
                    throw new UnreachableException($"node {node.Stem} has no lowering");
            }
        }

        static PhysicalProctimeAssigner Proctime(LogicalProctime proctime, PhysicalNode input) => input.Changelog.IsAppendOnly
            ? new PhysicalProctimeAssigner(input, proctime.Column)
            : throw PlanErrors.ProctimeOfUpdates(proctime.Span, UpdateOrigin.Describe(input));

        // Functions with OVER keep the order of time over rows that do not change alone.
        static PhysicalNode InTime(LogicalNode node, WindowSpec window, PhysicalNode input) => input.RowtimeColumns.Contains(window.TimeColumn)
            ? input
            : throw PlanErrors.LostTime(node.Span, input.Schema[window.TimeColumn].Name, UpdateOrigin.Describe(input));

        PhysicalNode Sort(LogicalSort sort, PhysicalNode input)
        {
            if (!input.IsBounded && sort.Fetch is null && OverLowering.IsByClock(sort.Keys, sort.Input, input))
                input = new PhysicalProctimeAssigner(input, sort.Keys[0].Column);
            if (!input.IsBounded && sort.Fetch is null && OverLowering.IsInTime(sort.Keys, input))
            {
                var ordered = new PhysicalOver(AggregateLowering.Partitioned(input, []), [], sort.Keys, [], OverMode.Time, EmitsUpdateBefore: false);
                return sort.Offset == 0 ? ordered : new PhysicalLimit(ordered, sort.Offset, null);
            }
            if (!input.IsBounded && !sort.Keys.IsEmpty && sort.Fetch is null)
                throw PlanErrors.UnboundedSort(sort.Span);
            if (!input.Changelog.IsAppendOnly || (!input.IsBounded && !sort.Keys.IsEmpty))
                return TopNLowering.Lower(sort, input);
            var single = AggregateLowering.Partitioned(input, []);
            return sort.Keys.IsEmpty ? new PhysicalLimit(single, sort.Offset, sort.Fetch) : new PhysicalSort(single, sort.Keys, sort.Offset, sort.Fetch);
        }

        PhysicalNode Scan(LogicalScan scan)
        {
            if (mode == RuntimeMode.Batch && !scan.Table.Source.IsBounded)
                throw PlanErrors.UnboundedInBatch(scan.Span, scan.Table.Name);
            return scans.Lower(scan);
        }
    }
}
