using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Properties;

/// <summary>Whether an operator's output ends by itself: if all its sources do.</summary>
static class Boundedness
{
    public static bool Of(PhysicalNode node) =>
        node is PhysicalScan scan ? scan.Source.IsBounded : node.Children.All(child => child.IsBounded);
}
