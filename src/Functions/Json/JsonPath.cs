using System.Globalization;
using System.Text;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Functions.Json;

/// <summary>One step of a path, from a value to some of its parts.</summary>
abstract record JsonStep
{
    /// <summary>It leads to one part at most.</summary>
    public virtual bool IsDefinite => false;
}

/// <summary>.name or ['name'].</summary>
sealed record MemberStep(string Name) : JsonStep
{
    public override bool IsDefinite => true;

    /// <summary>The name in UTF-8.</summary>
    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(Name);
}

/// <summary>[n]; below zero it counts from the end.</summary>
sealed record ElementStep(int Index) : JsonStep
{
    public override bool IsDefinite => true;
}

/// <summary>['a', 'b'].</summary>
sealed record MembersStep(IReadOnlyList<string> Names) : JsonStep;

/// <summary>[0, 1].</summary>
sealed record ElementsStep(IReadOnlyList<int> Indexes) : JsonStep;

/// <summary>[from:to], the end not included.</summary>
sealed record SliceStep(int? From, int? To) : JsonStep;

/// <summary>.* or [*].</summary>
sealed record AllStep : JsonStep;

/// <summary>..name, ..* or ..[n]: the step after it is taken from the value and from every part of it at any depth.</summary>
sealed record DeepStep(JsonStep Then) : JsonStep;

/// <summary>A path into a JSON text, in the form of the library that Flink uses (Jayway): <c>[lax | strict] $.a['b'][0]</c>. Without a mode it
/// is strict.</summary>
sealed class JsonPath
{
    readonly string _text;
    readonly SourceSpan _span;
    readonly List<JsonStep> _steps = [];
    int _at;

    JsonPath(string text, SourceSpan span)
    {
        _text = text;
        _span = span;
    }

    /// <summary>What is missing is empty, not an error.</summary>
    public bool IsLax { get; private set; }

    /// <summary>The steps from the root.</summary>
    public IReadOnlyList<JsonStep> Steps => _steps;

    /// <summary>It leads to one value at most.</summary>
    public bool IsDefinite { get; private set; } = true;

    /// <summary>Parses a path; 22023 with the position where it is none.</summary>
    public static JsonPath Parse(string text, SourceSpan span)
    {
        var path = new JsonPath(text, span);
        path.Mode();
        path.SkipBlanks();
        if (!path.TryTake('$'))
            path.Member();
        while (path._at < text.TrimEnd().Length)
        {
            var step = path.Step();
            path.IsDefinite &= step.IsDefinite;
            path._steps.Add(step);
        }
        return path;
    }

    void Mode()
    {
        SkipBlanks();
        foreach (var mode in new[] { "lax", "strict" })
        {
            if (string.Compare(_text, _at, mode, 0, mode.Length, StringComparison.OrdinalIgnoreCase) != 0
                || _at + mode.Length >= _text.Length || !char.IsWhiteSpace(_text[_at + mode.Length]))
            {
                continue;
            }
            IsLax = mode == "lax";
            _at += mode.Length;
            return;
        }
    }

    // A path may begin with a name, as if "$." stood before it.
    void Member() => _steps.Add(new MemberStep(Name()));

    JsonStep Step()
    {
        if (TryTake('['))
            return Bracket();
        if (!TryTake('.'))
            throw Invalid("a step begins with \".\" or \"[\"");
        if (!TryTake('.'))
            return TryTake('[') ? Bracket() : TryTake('*') ? new AllStep() : new MemberStep(Name());
        return new DeepStep(TryTake('[') ? Bracket() : TryTake('*') ? new AllStep() : new MemberStep(Name()));
    }

    JsonStep Bracket()
    {
        SkipBlanks();
        JsonStep step;
        if (TryTake('*'))
            step = new AllStep();
        else if (_at < _text.Length && _text[_at] is '\'' or '"')
            step = Names();
        else if (_at < _text.Length && _text[_at] is '?' or '(')
            throw FunctionErrors.JsonPathNotSupported(_span, _text, _at + 1, "filter");
        else
            step = Numbers();
        SkipBlanks();
        return TryTake(']') ? step : throw Invalid("\"]\" is missing");
    }

    JsonStep Names()
    {
        var names = new List<string>();
        do
        {
            SkipBlanks();
            names.Add(Quoted());
            SkipBlanks();
        }
        while (TryTake(','));
        return names.Count == 1 ? new MemberStep(names[0]) : new MembersStep(names);
    }

    JsonStep Numbers()
    {
        var from = Number();
        SkipBlanks();
        if (TryTake(':'))
        {
            SkipBlanks();
            return new SliceStep(from, Number());
        }
        if (from is not { } first)
            throw Invalid("a name in quotes, a number or \"*\" is missing");
        var indexes = new List<int> { first };
        while (TryTake(','))
        {
            SkipBlanks();
            indexes.Add(Number() ?? throw Invalid("a number is missing"));
            SkipBlanks();
        }
        return indexes.Count == 1 ? new ElementStep(first) : new ElementsStep(indexes);
    }

    int? Number()
    {
        var start = _at;
        TryTake('-');
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
            _at++;
        if (_at == start)
            return null;
        return int.TryParse(_text.AsSpan(start, _at - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Invalid("the number is none, or too great");
    }

    string Name()
    {
        var start = _at;
        while (_at < _text.Length && _text[_at] is not ('.' or '[' or ' ' or ']' or '(' or '*'))
            _at++;
        return _at > start ? _text[start.._at] : throw Invalid("a name is missing");
    }

    string Quoted()
    {
        if (_at == _text.Length || _text[_at] is not ('\'' or '"'))
            throw Invalid("a name in quotes is missing");
        var start = _at;
        var quote = _text[_at++];
        var name = new StringBuilder();
        for (; _at < _text.Length; _at++)
        {
            if (_text[_at] == quote)
            {
                _at++;
                return name.ToString();
            }
            if (_text[_at] == '\\' && _at + 1 < _text.Length)
                _at++;
            name.Append(_text[_at]);
        }
        _at = start;
        throw Invalid("the name is not closed");
    }

    void SkipBlanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    bool TryTake(char character)
    {
        if (_at >= _text.Length || _text[_at] != character)
            return false;
        _at++;
        return true;
    }

    SqlException Invalid(string reason) => FunctionErrors.InvalidJsonPath(_span, _text, _at + 1, reason);
}
