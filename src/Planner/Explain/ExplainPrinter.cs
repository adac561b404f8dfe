namespace SqlStream.Planner.Explain;

/// <summary>Lays out EXPLAIN: a tree with two spaces per level, traits at the end of the line, details under
/// it.</summary>
/// <remarks>A node with several consumers is written where it is met first, marked <c>#1</c>, and after that referred
/// to as <c>Reuse(#1)</c>; the numbers follow the order of the text.</remarks>
public static class ExplainPrinter
{
    /// <summary>The lines of one or more trees.</summary>
    public static IReadOnlyList<string> Print(IEnumerable<ExplainNode> roots)
    {
        var all = roots.ToList();
        var printer = new Printer(Consumers(all));
        foreach (var root in all)
            printer.Write(root, 0);
        return printer.Lines;
    }

    static Dictionary<ExplainNode, int> Consumers(IEnumerable<ExplainNode> roots)
    {
        var consumers = new Dictionary<ExplainNode, int>(ReferenceEqualityComparer.Instance);
        var open = new Stack<ExplainNode>(roots);
        while (open.TryPop(out var node))
        {
            var known = consumers.GetValueOrDefault(node);
            consumers[node] = known + 1;
            if (known > 0)
                continue;
            foreach (var child in node.Children)
                open.Push(child);
        }
        return consumers;
    }

    sealed class Printer(Dictionary<ExplainNode, int> consumers)
    {
        readonly Dictionary<ExplainNode, int> _numbers = new(ReferenceEqualityComparer.Instance);
        readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines => _lines;

        public void Write(ExplainNode node, int level)
        {
            var indent = new string(' ', level * 2);
            if (_numbers.TryGetValue(node, out var number))
            {
                _lines.Add($"{indent}Reuse(#{number})");
                return;
            }
            var mark = "";
            if (consumers[node] > 1)
            {
                _numbers[node] = _numbers.Count + 1;
                mark = $"#{_numbers.Count} ";
            }
            _lines.Add(indent + mark + node.Text + (node.Traits.Length == 0 ? "" : "   " + node.Traits));
            foreach (var detail in node.Details)
                _lines.Add($"{indent}  {detail}");
            foreach (var child in node.Children)
                Write(child, level + 1);
        }
    }
}
