using System.Collections;
using System.Reflection;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Parser.Tests.Generation;

namespace SqlStream.Parser.Tests;

/// <summary>What the printer writes is parsed to the same tree, whatever the tree.</summary>
public sealed class PrintingTests
{
    static readonly int s_rounds = Environment.GetEnvironmentVariable("SQLSTREAM_LONG") == "1" ? 100_000 : 1_200;

    [Fact]
    public void A_generated_tree_is_printed_and_parsed_to_itself()
    {
        var seen = new HashSet<Type>();
        var failures = new List<string>();
        for (var seed = 0; seed < s_rounds; seed++)
        {
            var tree = new StatementGenerator(new SyntaxGenerator(seed)).Any(1 + (seed % 4));
            Collect(tree, seen);
            var printed = SqlPrinter.Print(tree);
            var parsed = SqlParser.Parse(new SourceText(printed));
            if (parsed.HasErrors)
                failures.Add($"{printed}\n{string.Join("\n", parsed.Diagnostics)}");
            else if (!tree.Equals(Assert.Single(parsed.Statements).Syntax))
                failures.Add($"{printed}\n{SqlPrinter.Print(parsed.Statements[0].Syntax)}");
        }
        Assert.True(failures.Count == 0, string.Join("\n\n", failures.OrderBy(failure => failure.Length).Take(10)));
        // What is refused before it has a tree of its own has nothing to print.
        var all = typeof(SyntaxNode).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(SyntaxNode)) && !type.IsAbstract);
        Assert.Equal([nameof(UnsupportedStatement)], all.Except(seen).Select(type => type.Name));
    }

    static void Collect(object? value, HashSet<Type> seen)
    {
        if (value is SyntaxNode node)
        {
            seen.Add(node.GetType());
            foreach (var property in node.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                if (property.GetIndexParameters().Length == 0 && property.PropertyType != typeof(Type))
                    Collect(property.GetValue(node), seen);
            }
        }
        else if (value is IEnumerable items and not string)
        {
            foreach (var item in items)
                Collect(item, seen);
        }
    }
}
