using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace SqlStream.Core.Diagnostics;

/// <summary>Invariant checks that are always on. What a user can cause is a <see cref="SqlException"/>, never a failed check.</summary>
public static class Check
{
    /// <summary>Throws <see cref="EngineBugException"/> unless <paramref name="condition"/> holds.</summary>
    public static void That(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        if (!condition)
            Fail(text);
    }

    [DoesNotReturn]
    static void Fail(string text) => throw new EngineBugException($"invariant violated: {text}");
}
