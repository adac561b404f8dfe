using System.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;
using SqlStream.Planner.Logical;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>Grouping by the start and the end of a window is a window aggregation: its groups are final when the
/// watermark passes their end.</summary>
/// <remarks>Projections and filters between the window and the aggregation stay below it; what they read of the window
/// is computed row by row. Where a row is in several windows, and something between reads which, the rows are given window by window
/// and the aggregation goes by the window that each brings; so it does where groups are not the sessions themselves
/// (<see cref="SessionGroups"/>), and where ends do not tell windows, starts are keys. A second grouping by the same window stands on the window_time of the
/// first.</remarks>
sealed class FormWindowAggregate : IRule
{
    public LogicalNode? Apply(LogicalNode node)
    {
        if (node is not LogicalAggregate aggregate || !TimeAttributes.IsWindowed(aggregate))
            return null;
        var kinds = aggregate.Keys.Map(key => TimeAttributes.WindowKind(aggregate.Input, key));
        if (!IsOneWindow(aggregate, kinds))
            return null;
        var (input, time, window) = Expose(aggregate.Input, WindowIsRead(aggregate) || !SessionGroups.AreSessions(aggregate, kinds));
        if (window is AttachedSpec { IsOfSessions: true })
            kinds = kinds.Map(kind => kind == WindowPropertyKind.Start ? null : kind);
        var properties = WindowColumns.Properties(input.Schema[time].Type.WithNullability(false))
            .Where(property => kinds.Contains(property.Kind))
            .ToValueList();
        var keys = aggregate.Keys.Where((_, i) => kinds[i] is null).ToValueList();
        var formed = new LogicalWindowAggregate(
            input, window.WithTimeColumn(time), keys, aggregate.Aggregates, properties)
        { Span = aggregate.Span };
        var names = aggregate.Schema.Fields.Map(field => field.Name);
        return LogicalProject.Pick(formed, Order(aggregate, kinds, keys.Count, properties)) with { Names = names };
    }

    // Where each column of the aggregation is in the window aggregation: keys, aggregates, properties.
    static List<int> Order(
        LogicalAggregate aggregate, ValueList<WindowPropertyKind?> kinds, int keyCount, ValueList<WindowProperty> properties)
    {
        var told = properties.Select(property => property.Kind).ToList();
        var order = new List<int>();
        var next = 0;
        foreach (var kind in kinds)
            order.Add(kind is null ? next++ : keyCount + aggregate.Aggregates.Count + told.IndexOf(kind.Value));
        order.AddRange(Enumerable.Range(keyCount, aggregate.Aggregates.Count));
        return order;
    }

    static bool IsOneWindow(LogicalAggregate aggregate, ValueList<WindowPropertyKind?> kinds)
    {
        LogicalNode? window = null;
        for (var i = 0; i < kinds.Count; i++)
        {
            if (kinds[i] is null)
                continue;
            var source = Source(aggregate.Input, aggregate.Keys[i]);
            if (window is not null && !ReferenceEquals(source, window))
                return false;
            window = source;
        }
        return true;
    }

    // The node that a window column comes from.
    static LogicalNode Source(LogicalNode node, int column) => node switch
    {
        LogicalFilter filter => Source(filter.Input, column),
        LogicalExpand expand => Source(expand.Input, column - 1),
        LogicalLookupJoin join => Source(join.Input, column),
        LogicalCorrelate correlate => Source(correlate.Input, correlate.Kept[column]),
        LogicalProject project => Source(project.Input, ((BoundColumn)project.Projections[column]).Index),
        _ => node,
    };

    // Something beside the keys that are the window itself reads its columns: an aggregate, a filter, an expression, a third key.
    static bool WindowIsRead(LogicalAggregate aggregate)
    {
        var read = new SortedSet<int>();
        foreach (var call in aggregate.Aggregates)
            call.CollectColumns(read);
        return read.Any(column => TimeAttributes.WindowKind(aggregate.Input, column) is not null) || ReadsWindow(aggregate.Input);
    }

    static bool ReadsWindow(LogicalNode node) => node switch
    {
        LogicalFilter filter => Reads(filter.Predicate, filter.Input) || ReadsWindow(filter.Input),
        LogicalExpand expand => ReadsWindow(expand.Input),
        LogicalLookupJoin join => Reads(join.Condition, join.Input) || ReadsWindow(join.Input),
        LogicalCorrelate correlate => correlate.Table.Arguments.Any(argument => Reads(argument, correlate.Input)) || ReadsWindow(correlate.Input),
        LogicalProject project =>
            project.Projections.Any(projection => projection is not BoundColumn && Reads(projection, project.Input))
            || ReadsWindow(project.Input),
        _ => false,
    };

    static bool Reads(BoundExpression expression, LogicalNode input) =>
        expression.Columns().Any(column => TimeAttributes.WindowKind(input, column) is not null);

    // The same columns, with the time of the rows among them, and windows computed row by row.
    static (LogicalNode Node, int Time, WindowSpec Window) Expose(LogicalNode node, bool isRead)
    {
        switch (node)
        {
            case LogicalWindowTable { Window.IsRowWise: false } table when isRead:
                var windowTime = table.Input.Schema.Count + 2;
                return (table, windowTime, new AttachedSpec(windowTime, table.Window));
            case LogicalWindowTable table:
                return (RowWise(table), table.Window.TimeColumn, table.Window);
            case LogicalWindowAggregate aggregate:
                return ExposeTime(aggregate);
            case LogicalFilter filter:
                var (filtered, filteredTime, filteredWindow) = Expose(filter.Input, isRead);
                return (filter with { Input = filtered }, filteredTime, filteredWindow);
            case LogicalExpand expand:
                var (expanded, expandedTime, expandedWindow) = Expose(expand.Input, isRead);
                return (expand with { Input = expanded }, expandedTime + 1, expandedWindow);
            case LogicalCorrelate correlate:
                return Correlated(correlate, Expose(correlate.Input, isRead));
            case LogicalLookupJoin join:
                return LookedUp(join, Expose(join.Input, isRead));
            case LogicalProject project:
                var (input, time, window) = Expose(project.Input, isRead);
                var extended = project with
                {
                    Input = input,
                    Projections = project.Projections.Add(input.Schema.Column(time)),
                    Names = project.Names.Add(input.Schema[time].Name),
                };
                return (extended, project.Projections.Count, window);
            default:
                throw new UnreachableException($"node {node.Stem} passes no window on");
        }
    }

    // The columns as they were: what was added to the input comes behind those of the table.
    static (LogicalNode Node, int Time, WindowSpec Window) LookedUp(LogicalLookupJoin join, (LogicalNode Node, int Time, WindowSpec Window) input)
    {
        var (width, wider) = (join.Input.Schema.Count, input.Node.Schema.Count);
        var columns = join.Columns.Count;
        var extended = join with { Input = input.Node, Condition = join.Condition.MapColumns(column => column < width ? column : column + wider - width) };
        List<int> order = [.. Enumerable.Range(0, width), .. Enumerable.Range(wider, columns), .. Enumerable.Range(width, wider - width)];
        return (LogicalProject.Pick(extended, order), order.IndexOf(input.Time), input.Window);
    }

    // The time comes behind what the function makes.
    static (LogicalNode Node, int Time, WindowSpec Window) Correlated(LogicalCorrelate correlate, (LogicalNode Node, int Time, WindowSpec Window) input)
    {
        var (kept, width) = (correlate.Kept.Count, correlate.Schema.Count);
        var extended = correlate with { Input = input.Node, Kept = correlate.Kept.Add(input.Time) };
        return (LogicalProject.Pick(extended, [.. Enumerable.Range(0, kept), .. Enumerable.Range(kept + 1, width - kept), kept]), width, input.Window);
    }

    static (LogicalNode Node, int Time, WindowSpec Window) ExposeTime(LogicalWindowAggregate aggregate)
    {
        var first = aggregate.Keys.Count + aggregate.Aggregates.Count;
        var position = aggregate.Properties.Select(property => property.Kind).ToList().IndexOf(WindowPropertyKind.Time);
        var window = aggregate.Window is TumbleSpec or AttachedSpec ? aggregate.Window : new AttachedSpec(first, aggregate.Window);
        if (position >= 0)
            return (aggregate, first + position, window);
        var rowtime = aggregate.Input.Schema[aggregate.Window.TimeColumn].Type.WithNullability(false);
        var time = WindowColumns.Properties(rowtime).Single(property => property.Kind == WindowPropertyKind.Time);
        return (aggregate with { Properties = aggregate.Properties.Add(time) }, first + aggregate.Properties.Count, window);
    }

    /// <summary>A window table function as a projection: windows are a function of the time of a row. Where a row is in several windows,
    /// nobody reads the columns that tell of them: they are NULL.</summary>
    public static LogicalProject RowWise(LogicalWindowTable table)
    {
        var schema = table.Input.Schema;
        var time = schema.Column(table.Window.TimeColumn);
        var columns = Enumerable.Range(0, schema.Count).Select(i => (BoundExpression)schema.Column(i));
        var windows = WindowColumns.Properties(time.Type)
            .Select(property => table.Window is TumbleSpec tumble
                ? (BoundExpression)WindowFunction.Call(property, time, tumble)
                : new BoundLiteral(property.Type.WithNullability(true), null));
        var names = table.Schema.Fields.Map(field => field.Name);
        return new LogicalProject(table.Input, [.. columns, .. windows], names) { Span = table.Span };
    }
}
