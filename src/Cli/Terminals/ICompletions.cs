namespace SqlStream.Cli.Terminals;

/// <summary>Something that could stand at the cursor.</summary>
/// <param name="Text">What is inserted.</param>
/// <param name="Detail">What it is.</param>
sealed record Completion(string Text, string Detail = "");

/// <summary>Knows what could stand at the cursor.</summary>
interface ICompletions
{
    /// <summary>Where the part begins that would be replaced, and what could take its place, best first.</summary>
    (int Start, IReadOnlyList<Completion> Choices) At(string text, int cursor);
}

/// <summary>Knows how a text looks, and when it is whole.</summary>
interface ITextRules
{
    /// <summary>The style of each UTF-16 unit.</summary>
    Style[] Styles(string text);

    /// <summary>Enter submits it, instead of beginning another line.</summary>
    bool IsComplete(string text);

    /// <summary>What stands before each line but the first.</summary>
    IReadOnlyList<string> ContinuationPrompts(string text);
}
