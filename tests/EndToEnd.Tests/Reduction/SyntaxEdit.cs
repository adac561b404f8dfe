using System.Collections;
using System.Reflection;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;

namespace SqlStream.EndToEnd.Tests.Reduction;

/// <summary>Where a part of a syntax tree stands in the node around it.</summary>
/// <param name="Property">The property that holds it.</param>
/// <param name="Index">Its place in a list; -1 where the property is no list.</param>
readonly record struct SyntaxStep(PropertyInfo Property, int Index);

/// <summary>The parts of syntax trees, and trees with other parts in their places.</summary>
static class SyntaxEdit
{
    /// <summary>A node with all nodes below it, level by level, and the ways to them. What <paramref name="isClosed"/> says of is not gone into.</summary>
    public static IEnumerable<(IReadOnlyList<SyntaxStep> Path, SyntaxNode Node)> All(SyntaxNode root, Func<SyntaxNode, SyntaxStep, bool>? isClosed = null)
    {
        var level = new List<(IReadOnlyList<SyntaxStep> Path, SyntaxNode Node)> { ([], root) };
        while (level.Count > 0)
        {
            foreach (var part in level)
                yield return part;
            level = [.. level.SelectMany(part => Children(part.Node)
                .Where(child => isClosed is null || !isClosed(part.Node, child.Step))
                .Select(child => ((IReadOnlyList<SyntaxStep>)[.. part.Path, child.Step], child.Node)))];
        }
    }

    /// <summary>The nodes below a node that are of a kind, the nearest first; not below one another.</summary>
    public static IEnumerable<T> Nearest<T>(SyntaxNode node) where T : SyntaxNode =>
        Children(node).SelectMany(child => child.Node is T found ? [found] : Nearest<T>(child.Node));

    /// <summary>The part that a way leads to, or null where it does not lead anywhere any more.</summary>
    public static SyntaxNode? At(SyntaxNode root, IReadOnlyList<SyntaxStep> path)
    {
        var node = root;
        foreach (var (property, index) in path)
        {
            var value = property.DeclaringType!.IsInstanceOfType(node) ? property.GetValue(node) : null;
            if (value is IList or IEnumerable && index >= 0)
                value = ((IEnumerable)value).Cast<object?>().ElementAtOrDefault(index);
            if (value is not SyntaxNode part)
                return null;
            node = part;
        }
        return node;
    }

    /// <summary>A tree with another part at the end of a way.</summary>
    public static SyntaxNode Replace(SyntaxNode root, IReadOnlyList<SyntaxStep> path, SyntaxNode part, int depth = 0)
    {
        if (depth == path.Count)
            return part;
        var (property, index) = path[depth];
        var value = property.GetValue(root)!;
        if (index < 0)
            return With(root, property, Replace((SyntaxNode)value, path, part, depth + 1));
        var items = ((IEnumerable)value).Cast<SyntaxNode>().ToList();
        items[index] = Replace(items[index], path, part, depth + 1);
        return With(root, property, ListOf(property, items));
    }

    /// <summary>A node with another value of a property.</summary>
    public static SyntaxNode With(SyntaxNode node, PropertyInfo property, object? value)
    {
        var copy = (SyntaxNode)node.GetType().GetMethod("<Clone>$")!.Invoke(node, null)!;
        property.SetValue(copy, value);
        return copy;
    }

    /// <summary>The properties of a node that are part of it.</summary>
    public static IEnumerable<PropertyInfo> Properties(SyntaxNode node) =>
        node.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && property.Name != nameof(SyntaxNode.Span));

    /// <summary>True for a property that is a list of nodes.</summary>
    public static bool IsList(PropertyInfo property) =>
        property.PropertyType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueList<>) && type.GenericTypeArguments[0].IsAssignableTo(typeof(SyntaxNode));

    /// <summary>A list as a property takes it.</summary>
    public static object ListOf(PropertyInfo property, IEnumerable<SyntaxNode> items) =>
        typeof(SyntaxEdit).GetMethod(nameof(Typed), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(property.PropertyType.GenericTypeArguments[0]).Invoke(null, [items])!;

    static ValueList<T> Typed<T>(IEnumerable<SyntaxNode> items) => [.. items.Cast<T>()];

    static IEnumerable<(SyntaxStep Step, SyntaxNode Node)> Children(SyntaxNode node)
    {
        foreach (var property in Properties(node))
        {
            if (property.PropertyType.IsAssignableTo(typeof(SyntaxNode)))
            {
                if (property.GetValue(node) is SyntaxNode child)
                    yield return (new SyntaxStep(property, -1), child);
            }
            else if (IsList(property))
            {
                var index = 0;
                foreach (SyntaxNode item in (IEnumerable)property.GetValue(node)!)
                    yield return (new SyntaxStep(property, index++), item);
            }
        }
    }
}
