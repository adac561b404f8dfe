using Confluent.Kafka;
using SqlStream.Broker.Protocol;
using SqlStream.Broker.Tests.Support;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace SqlStream.Broker.Tests;

/// <summary>SASL: who knows the password comes in, nobody else does.</summary>
public sealed class AuthenticationTests
{
    static readonly KafkaBrokerOptions _options = new() { Users = new Dictionary<string, string> { ["ann"] = "secret,=1", ["bob"] = "other" } };

    [Theory]
    [InlineData(SaslMechanism.Plain)]
    [InlineData(SaslMechanism.ScramSha256)]
    [InlineData(SaslMechanism.ScramSha512)]
    public async Task The_right_password_opens(SaslMechanism mechanism)
    {
        await using var kafka = await TestKafka.StartAsync(_options);
        using var producer = kafka.Producer(config => Authenticate(config, mechanism, "ann", "secret,=1"));
        Assert.Equal(0, (await producer.ProduceAsync("t", new Message<string?, string?> { Value = "x" })).Offset.Value);
    }

    [Theory]
    [InlineData(SaslMechanism.Plain, "ann", "other")]
    [InlineData(SaslMechanism.Plain, "eve", "anything")]
    [InlineData(SaslMechanism.ScramSha256, "ann", "other")]
    [InlineData(SaslMechanism.ScramSha256, "eve", "secret,=1")]
    [InlineData(SaslMechanism.ScramSha512, "bob", "wrong")]
    public async Task A_wrong_password_does_not(SaslMechanism mechanism, string user, string password)
    {
        await using var kafka = await TestKafka.StartAsync(_options);
        var failed = new TaskCompletionSource<Error>(TaskCreationOptions.RunContinuationsAsynchronously);
        var config = new AdminClientConfig { BootstrapServers = kafka.Servers };
        Authenticate(config, mechanism, user, password);
        using var admin = new AdminClientBuilder(config)
            .SetErrorHandler((_, error) =>
            {
                if (error.Code == ErrorCode.Local_Authentication)
                    failed.TrySetResult(error);
            })
            .SetLogHandler((_, _) => { })
            .Build();
        Assert.Equal(ErrorCode.Local_Authentication, (await failed.Task.WaitAsync(TimeSpan.FromSeconds(20))).Code);
    }

    [Fact]
    public async Task Without_authentication_nothing_is_answered()
    {
        await using var kafka = await TestKafka.StartAsync(_options);
        using var client = await RawClient.ConnectAsync(kafka.Servers);
        await client.CallAsync(ApiKey.ApiVersions, 0, false, _ => { });
        await client.SendAsync(ApiKey.Metadata, 1, false, writer => writer.ArrayLength(-1));
        Assert.True(await client.IsClosedAsync());
    }

    static void Authenticate(ClientConfig config, SaslMechanism mechanism, string user, string password)
    {
        config.SecurityProtocol = SecurityProtocol.SaslPlaintext;
        config.SaslMechanism = mechanism;
        config.SaslUsername = user;
        config.SaslPassword = password;
    }
}
