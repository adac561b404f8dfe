using SqlStream.Broker.Handlers;
using SqlStream.Broker.Protocol;
using SqlStream.Broker.Tests.Support;

namespace SqlStream.Broker.Tests;

/// <summary>The list of requests is complete, and the page for users says the same.</summary>
public sealed class HandlerTableTests
{
    [Fact]
    public async Task Every_handler_is_listed_once()
    {
        await using var kafka = await TestKafka.StartAsync();
        var all = new HandlerTable(kafka.Broker!.Cluster).All;
        var types = typeof(Handler).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Handler)) && !type.IsAbstract);
        Assert.Equal(types.Select(type => type.Name).Order(), all.Select(handler => handler.GetType().Name).Order());
        Assert.Equal(Enum.GetValues<ApiKey>(), all.Select(handler => handler.Api.Key).Order());
    }

    [Fact]
    public async Task The_page_for_users_names_the_versions_that_are_understood()
    {
        await using var kafka = await TestKafka.StartAsync();
        var page = string.Join(' ', (await File.ReadAllTextAsync(Path.Combine(Clients.Root, "docs", "broker.md"))).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (var api in new HandlerTable(kafka.Broker!.Cluster).All.Select(handler => handler.Api))
        {
            var first = Math.Max(api.Min, api.Implemented);
            Assert.Matches($@"[ (]{api.Key} {(first == api.Max ? $"{first}" : $"{first}-{api.Max}")}[,.]", page);
        }
    }
}
