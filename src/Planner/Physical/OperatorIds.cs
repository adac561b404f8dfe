using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SqlStream.Planner.Physical;

/// <summary>Names operators so that a changed query finds the state of what did not change.</summary>
/// <remarks>An id is a hash of the operator's stem and its state signature. Equal signatures are numbered in plan
/// order. The aggregates of an operator are no part of it: <see cref="AggregateArguments"/> tells them apart.</remarks>
public static class OperatorIds
{
    const int HashDigits = 16;

    /// <summary>The id of every node of a plan: 16 hexadecimal digits, and <c>-2</c>, <c>-3</c> where signatures are
    /// equal.</summary>
    public static IReadOnlyDictionary<PhysicalNode, string> Assign(PhysicalPlan plan)
    {
        var ids = new Dictionary<PhysicalNode, string>(ReferenceEqualityComparer.Instance);
        var counts = new Dictionary<string, int>();
        foreach (var node in plan.Nodes())
        {
            var hash = Hash($"{node.Stem} {StateSignature(node)}");
            var number = counts[hash] = counts.GetValueOrDefault(hash) + 1;
            ids.Add(node, Numbered(hash, number));
        }
        return ids;
    }

    /// <summary>An id without its number.</summary>
    public static string Family(string id) => id[..HashDigits];

    /// <summary>The id of an operator of a family, by its number from 1.</summary>
    public static string Numbered(string family, int number) =>
        number == 1 ? family : string.Create(CultureInfo.InvariantCulture, $"{family}-{number}");

    /// <summary>What must be equal for stored state to fit: key columns and types, window, and where the columns come
    /// from; without aggregates, the conditions of filters, aliases and parallelism.</summary>
    public static string StateSignature(PhysicalNode node) => Signatures.Of(node);

    /// <summary>What an aggregate over an input is called on, by the origin of its columns: <c>(distinct t.a) filter t.b > 1</c>.
    /// Casts of whole arguments to a type that holds all values of the other are left out.</summary>
    public static string AggregateArguments(PhysicalNode input, BoundAggregate aggregate) => Signatures.Arguments(input, aggregate);

    static string Hash(string signature) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(signature)))[..HashDigits];
}
