using System.Text;

namespace SqlStream.Planner.Explain;

/// <summary>Collects what a node says of itself between its parentheses in EXPLAIN: <c>Calc(a, b, where: a &gt;
/// 1)</c>.</summary>
public sealed class PlanWriter
{
    readonly StringBuilder _text = new();

    /// <summary>An entry without a name.</summary>
    public PlanWriter Value(string text)
    {
        if (_text.Length > 0)
            _text.Append(", ");
        _text.Append(text);
        return this;
    }

    /// <summary>An entry with a name: <c>name: text</c>.</summary>
    public PlanWriter Field(string name, string text) => Value($"{name}: {text}");

    /// <summary>An entry that is a list: <c>name: [a, b]</c>.</summary>
    public PlanWriter List(string name, IEnumerable<string> items) => Field(name, $"[{string.Join(", ", items)}]");

    /// <summary>The entries, separated by commas.</summary>
    public override string ToString() => _text.ToString();
}
