using SqlStream.Core.Types;

namespace SqlStream.Functions.Patterns;

/// <summary>A part of a regular expression of Java. Flags are resolved: a node means the same wherever it stands.</summary>
abstract record PatternNode;

/// <summary>One character of a set.</summary>
sealed record CharacterNode(CodePointSet Set) : PatternNode;

/// <summary>Parts one after the other; none match the empty string.</summary>
sealed record SequenceNode(ValueList<PatternNode> Parts) : PatternNode;

/// <summary>The first branch that leads to a match.</summary>
sealed record AlternationNode(ValueList<PatternNode> Branches) : PatternNode;

/// <summary>A group that is remembered by number; numbers count opening parentheses from 1.</summary>
sealed record CaptureNode(int Number, PatternNode Inner) : PatternNode;

/// <summary>A group of which no other match is tried once it has matched.</summary>
sealed record AtomicNode(PatternNode Inner) : PatternNode;

/// <summary>A test of what follows or precedes.</summary>
sealed record LookNode(bool Behind, bool Negated, PatternNode Inner) : PatternNode;

/// <summary>A part several times.</summary>
/// <param name="Inner">The part.</param>
/// <param name="Min">At least so often.</param>
/// <param name="Max">At most so often; null is without bound.</param>
/// <param name="Mode">Which number is tried first.</param>
sealed record RepeatNode(PatternNode Inner, int Min, int? Max, RepeatMode Mode) : PatternNode;

/// <summary>Which number of repetitions is tried first.</summary>
enum RepeatMode
{
    /// <summary>The greatest.</summary>
    Greedy,

    /// <summary>The least.</summary>
    Reluctant,

    /// <summary>The greatest, and no other.</summary>
    Possessive,
}

/// <summary>What a group matched; a group that took no part never matches.</summary>
sealed record BackReferenceNode(int Number) : PatternNode;

/// <summary>A test of the place.</summary>
sealed record AnchorNode(AnchorKind Kind) : PatternNode;

/// <summary>Tests of places. What counts as a line terminator is part of the kind.</summary>
enum AnchorKind
{
    /// <summary>The start of the text.</summary>
    Start,

    /// <summary>The end of the text.</summary>
    End,

    /// <summary>The end, or before a terminator at the end.</summary>
    EndOrLastTerminator,

    /// <summary>The end, or before \n at the end.</summary>
    EndOrLastNewline,

    /// <summary>The start of a line; never the end of the text.</summary>
    LineStart,

    /// <summary>The start of a line after \n; never the end of the text.</summary>
    LineStartAfterNewline,

    /// <summary>The end of a line.</summary>
    LineEnd,

    /// <summary>The end of a line before \n.</summary>
    LineEndBeforeNewline,

    /// <summary>Between a word character and another.</summary>
    WordBoundary,

    /// <summary>Not between a word character and another.</summary>
    NotWordBoundary,

    /// <summary>Where the match before ended.</summary>
    LastMatchEnd,
}

/// <summary>A pattern as parsed.</summary>
/// <param name="Root">Its parts.</param>
/// <param name="GroupCount">Number of groups, without the whole match.</param>
sealed record PatternTree(PatternNode Root, int GroupCount);
