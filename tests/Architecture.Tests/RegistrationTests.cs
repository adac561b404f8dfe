using System.Reflection;
using SqlStream.Connectors;
using SqlStream.Core.Connect;
using SqlStream.Core.Functions;
using SqlStream.Functions;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Physical;

namespace SqlStream.Architecture.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void Every_connector_is_listed()
    {
        var types = Concrete<IConnector>(typeof(BuiltinConnectors).Assembly);
        // One of them goes by two names.
        Assert.Equal(types, Names(new BuiltinConnectors().Connectors.DistinctBy(connector => connector.GetType())));
    }

    [Fact]
    public void Every_format_is_listed()
    {
        var types = Concrete<IFormat>(typeof(BuiltinConnectors).Assembly);
        Assert.Equal(types, Names(((IConnectorCatalog)new BuiltinConnectors()).Formats.Formats));
    }

    [Fact]
    public void Every_function_class_is_listed()
    {
        var listed = BuiltinFunctions.Instance.Scalars.Select(function => (object)function)
            .Concat(BuiltinFunctions.Instance.Aggregates)
            .Concat(BuiltinFunctions.Instance.Classes.Select(known => known.Function))
            .Select(function => function.GetType())
            .Select(type => type.IsGenericType ? type.GetGenericTypeDefinition() : type)
            .ToHashSet();
        var missing = typeof(BuiltinFunctions).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && (typeof(ScalarFunction).IsAssignableFrom(type) || typeof(AggregateFunction).IsAssignableFrom(type)))
            .Where(type => !listed.Contains(type))
            .Select(type => type.FullName);
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_physical_node_has_an_operator()
    {
        // Exchanges and unions are edges and inputs, not operators.
        string[] edges = [nameof(PhysicalExchange), nameof(PhysicalUnion)];
        var factory = File.ReadAllText(Path.Combine(Repository.Root, "src/Execution/Graph/OperatorFactory.cs"));
        var missing = typeof(PhysicalNode).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(PhysicalNode)) && !type.IsAbstract && !edges.Contains(type.Name))
            .Where(type => !factory.Contains(type.Name, StringComparison.Ordinal))
            .Select(type => type.Name);
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_statement_has_a_printer_and_is_planned_or_refused()
    {
        var printers = string.Join('\n', Repository.Sources("src/Parser/Printing").Concat(Repository.Sources("src/Parser/Syntax")).Select(File.ReadAllText));
        var planner = string.Join('\n', Repository.Sources("src/Planner").Select(File.ReadAllText));
        var missing = typeof(StatementSyntax).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(StatementSyntax)) && !type.IsAbstract)
            .Where(type => !printers.Contains(type.Name, StringComparison.Ordinal) || !planner.Contains(type.Name, StringComparison.Ordinal))
            .Select(type => type.Name);
        Assert.Empty(missing);
    }

    static IEnumerable<string> Concrete<T>(Assembly assembly) =>
        assembly.GetTypes().Where(type => typeof(T).IsAssignableFrom(type) && type is { IsAbstract: false, IsInterface: false }).Select(type => type.Name).Order(StringComparer.Ordinal);

    static IEnumerable<string> Names<T>(IEnumerable<T> items) => items.Select(item => item!.GetType().Name).Order(StringComparer.Ordinal);
}
