using System.Text;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Parser.Syntax;

/// <summary>Something the user wrote. Nodes are immutable and compare by structure: where a node stands in the text
/// takes no part in equality, nor do comments, quotes around identifiers, and the case of keywords.</summary>
public abstract record SyntaxNode
{
    /// <summary>Where the node stands in the text; <see cref="SourceSpan.None"/> where nobody wrote it.</summary>
    public SourceSpan Span { get; init; } = SourceSpan.None;

    /// <summary>Compares the kind only; each kind adds its own parts.</summary>
    public virtual bool Equals(SyntaxNode? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.Name.Length;

    /// <summary>Spans are left out of the text form.</summary>
    protected virtual bool PrintMembers(StringBuilder builder) => false;
}

/// <summary>One name without dots. The text is what the name means: without quotes, case as written.</summary>
public sealed record Identifier(string Text) : SyntaxNode
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>A name of one or more parts, such as catalog, database and table.</summary>
public sealed record QualifiedName(ValueList<Identifier> Parts) : SyntaxNode
{
    /// <summary>The last part: the name of the object itself.</summary>
    public Identifier Last => Parts[^1];

    /// <summary>The parts with dots between them, without quotes.</summary>
    public override string ToString() => string.Join('.', Parts.Map(part => part.Text));
}

/// <summary>One entry of WITH (...) or SET (...): key and value as the user wrote them.</summary>
public sealed record OptionSyntax(StringLiteral Key, StringLiteral Value) : SyntaxNode;

/// <summary>A hint: <c>/*+ NAME('k' = 'v', x) */</c>. The name is in upper case.</summary>
public sealed record HintSyntax(Identifier Name, ValueList<HintArgument> Arguments) : SyntaxNode;

/// <summary>One argument of a hint; <paramref name="Key"/> is null for an argument that is a mere value or
/// name.</summary>
public sealed record HintArgument(string? Key, string Value) : SyntaxNode;
